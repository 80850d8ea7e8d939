import { sql } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { accessQueries } from "../../features/access/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { createValetKey } from "../../index.ts";
import type { DatabaseUser, EngineName } from "../../platform/database/engine.ts";
import type { Database } from "../../platform/database/queries.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { sampleNote } from "../../testing/database/samples.ts";
import { engines, runSql } from "../../testing/database/test-databases.ts";
import { SERVICE } from "../database/owner.ts";
import { createPlace, locationOf, open, optionsAt, type Place } from "./testing/embedding.ts";

const CORE_TABLES = [
  ...["attachment_previews", "attachments", "audit_events", "facts", "file_events", "file_jobs", "file_terms"],
  ...["notes", "object_deletions", "people", "uploads", "usage"],
];
const LINK_TABLES = ["limit_counts", "link_claims", "link_events", "link_files", "links", "visitor_files"];
const ALL_TABLES = [...CORE_TABLES, ...LINK_TABLES].sort();

const UNKNOWN_TABLE = `Each new table belongs to a list. If only the service needs the table, its migration must do nothing for an embedding (migrations/index.ts). Otherwise, add the table to CORE_TABLES or LINK_TABLES of this test.`;
const REFUSED = `A migration can't use a table that only the service has. It must do nothing for an embedding (migrations/index.ts).`;

async function tablesOf({ kysely, engine }: Database): Promise<string[]> {
  const select: Record<EngineName, string> = {
    sqlite: "select name from sqlite_schema where type = 'table' order by name",
    // The query omits partitions, because a partition is a part of its table.
    postgres: `select relname as name from pg_class where relnamespace = current_schema()::regnamespace
      and relkind in ('r', 'p') and not relispartition order by relname`,
  };
  const { rows } = await sql.raw<{ name: string }>(select[engine.name]).execute(kysely);
  return rows.map(({ name }) => name).sort();
}

describe.each(engines)("the tables of an embedding on $name", (engine) => {
  async function openNew(usedBy: DatabaseUser) {
    const { location, remove } = await engine.createLocation();
    onTestFinished(remove);
    const db = await openAt(location, { usedBy }).catch((cause) => {
      throw new Error(usedBy === "embedding" ? REFUSED : "The migrations fail.", { cause });
    });
    onTestFinished(() => db.close());
    return db;
  }

  async function tablesAt(place: Place) {
    const db = await openAt(locationOf(place), { usedBy: "embedding" });
    const tables = await tablesOf(db);
    await db.close();
    return tables;
  }

  it("the database of a new embedded service has only the tables that it needs", async () => {
    expect(await tablesOf(await openNew("embedding")), UNKNOWN_TABLE).toEqual(ALL_TABLES);
  });

  it("the database of the service has all tables of an embedded service, and more", async () => {
    const tables = await tablesOf(await openNew("service"));
    expect(tables).toEqual(expect.arrayContaining(ALL_TABLES));
    expect(tables).toEqual(expect.arrayContaining(["note_shares", "mails", "webhook_endpoints"]));
  });

  it("an embedded service works without the tables that only the service needs", async () => {
    const place = await createPlace(engine, { isNew: true });
    const first = await open(place);
    const { id } = (await first.as("ann").upload("/invoice/42")).body;
    await first.close();
    const second = await open(place);
    expect(await second.as("ann").send(`GET /files/${id}/url`)).toMatchObject({ status: 200 });
    await second.files.tick();
    await second.close();
    expect(await tablesAt(place)).toEqual(ALL_TABLES);
  });

  it("createValetKey does not change the database of the Valet Key service", async () => {
    const place = await createPlace(engine, { usedBy: "service" });
    const note = sampleNote();
    const service = await openAt(locationOf(place), { application: SERVICE });
    await noteQueries(service).insert(note);
    const before = await tablesOf(service);
    await service.close();
    await expect(createValetKey(optionsAt(place))).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("belongs to the Valet Key service"),
    });
    const again = await openAt(locationOf(place));
    expect(await tablesOf(again)).toEqual(before);
    expect((await accessQueries(again).note(note.ownerId, note.id))?.note).toEqual(note);
    await again.close();
  });

  it("createValetKey does not change the database of another application", async () => {
    const place = await createPlace(engine, { isNew: true });
    await (await open(place, { application: "shop" })).close();
    const before = await tablesAt(place);
    await expect(createValetKey(optionsAt(place, { application: "wiki" }))).rejects.toMatchObject({
      message: expect.stringContaining('belongs to the application "shop"'),
    });
    expect(await tablesAt(place)).toEqual(before);
  });

  it("createValetKey keeps a table of the application that has the name `notes`", async () => {
    const place = await createPlace(engine, { isNew: true });
    const location = locationOf(place);
    if ("url" in location) await runSql(place.database, "create schema valetkey");
    const db = await openAt(location, { migrations: {} });
    await sql`create table notes (subject text)`.execute(db.kysely);
    await sql`insert into notes (subject) values ('hello')`.execute(db.kysely);
    await db.close();
    await expect(createValetKey(optionsAt(place))).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("Give Valet Key a database of its own"),
    });
    const after = await openAt(location, { migrations: {} });
    expect((await sql`select subject from notes`.execute(after.kysely)).rows).toEqual([{ subject: "hello" }]);
    expect(await tablesOf(after)).not.toContain("attachments");
    await after.close();
  });
});
