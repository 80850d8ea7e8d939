import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { expect, it } from "vitest";
import { toAuditValues } from "../../../features/audit/audit-row.ts";
import { auditQueries } from "../../../features/audit/queries.ts";
import { sampleEvent } from "../../../testing/database/samples.ts";
import { openSqlite } from "../../../wiring/database/open-sqlite.ts";
import { sqliteDialect } from "../sqlite/dialect.ts";
import { Mutex } from "../sqlite/mutex.ts";
import { migrationsFor } from "./index.ts";

// This test runs on SQLite only, because PostgreSQL never had the old table.
it("0004 moves the URL events of the old table to the audit log", async () => {
  const directory = await mkdtemp(join(tmpdir(), "valetkey-0004-"));
  const file = join(directory, "valetkey.db");
  const clock = Date.now;
  const events = [sampleEvent({ noteId: "n" }), sampleEvent({ noteId: "n", detail: { expiresInSeconds: 60 } })];
  const before = new DatabaseSync(file);
  await migrateTo("0003-multipart-uploads", before);
  before.prepare("insert into url_event_batches (events) values (?)").run(JSON.stringify(events.map(toAuditValues)));
  before.close();
  const db = await openSqlite({ file, clock });
  expect((await auditQueries(db).listOfNote("n", { limit: 9, cursor: undefined })).items).toEqual(events.reverse());
  await db.close();
  await rm(directory, { recursive: true });
});

async function migrateTo(name: string, database: DatabaseSync): Promise<void> {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(database, { writeLock: new Mutex(), patienceMs: 0 }) });
  const provider = { getMigrations: async () => migrationsFor("sqlite") };
  const { error } = await new Migrator({ db, provider }).migrateTo(name);
  if (error !== undefined) throw error;
}
