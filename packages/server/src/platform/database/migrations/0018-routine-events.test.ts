import { type CompiledQuery, Kysely, sql } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { toAuditRow } from "../../../features/audit/audit-row.ts";
import { auditQueries } from "../../../features/audit/queries.ts";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import { sampleEvent } from "../../../testing/database/samples.ts";
import { queriesOn } from "../../../wiring/database/database.ts";
import { postgresEngine, sqliteEngine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { migrationsFor } from "./index.ts";

describe.each(emptyDatabases)("the migration to routine events on $name", ({ name, open }) => {
  const engine = name === "sqlite" ? sqliteEngine : postgresEngine;

  /** Opens a database that has only the migrations before 0018. */
  async function openBefore() {
    const { dialect, remove } = await open();
    const queries: CompiledQuery[] = [];
    const log = ({ query }: { query: CompiledQuery }) => void queries.push(query);
    const db = new Kysely<Tables>({ dialect, log });
    onTestFinished(async () => {
      await db.destroy();
      await remove();
    });
    const migrations = migrationsFor(name);
    for (const [key, migration] of Object.entries(migrations)) if (key < "0018") await migration.up(db);
    return { db, queries, migrate: () => migrations["0018-routine-events"]?.up(db) };
  }

  it("keeps all events, and none of them is routine", async () => {
    const { db, migrate } = await openBefore();
    const events = [sampleEvent({ noteId: "n" }), sampleEvent({ noteId: "n", detail: { expiresInSeconds: 60 } })];
    for (const event of events) {
      const { is_routine, ...row } = toAuditRow(event);
      await db
        .insertInto("audit_events")
        .values(row as Tables["audit_events"])
        .execute();
    }
    await migrate();
    const { listOfNote } = auditQueries(queriesOn(db, { engine, clock: Date.now }));
    const page = await listOfNote("n", { limit: 9, cursor: undefined, routine: "omit" });
    expect(page.items).toEqual(events.reverse());
  });

  it.each(["note_id", "owner_id"] as const)(
    "lists acts by %s from an index, past any routine events",
    async (column) => {
      const { db, queries, migrate } = await openBefore();
      await migrate();
      const event = { noteId: "n", ownerId: "o", detail: { purpose: "thumbnail" } };
      await db
        .insertInto("audit_events")
        .values(Array.from({ length: 1_000 }, () => toAuditRow(sampleEvent(event))))
        .execute();
      await sql`analyze`.execute(db);
      queries.length = 0;
      const { listOfNote, listOfOwner } = auditQueries(queriesOn(db, { engine, clock: Date.now }));
      const page = { limit: 50, cursor: undefined, routine: "omit" } as const;
      await (column === "note_id" ? listOfNote("n", page) : listOfOwner("o", page));
      expect(queries).toHaveLength(2);
      for (const query of [...queries]) {
        const explain = name === "sqlite" ? "explain query plan" : "explain";
        const { rows } = await db.executeQuery({ ...query, sql: `${explain} ${query.sql}` });
        const plan = JSON.stringify(rows);
        expect(plan).toMatch(
          name === "sqlite"
            ? new RegExp(`USING (INDEX audit_events_note|PRIMARY KEY) \\(${column}=\\? AND is_routine=\\?`)
            : new RegExp(`Index Cond: \\(\\(${column} = .* AND \\(is_routine = `),
        );
        expect(plan).not.toMatch(/Seq Scan|SCAN audit_events/);
      }
    },
  );
});
