import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

/** Adds indexes, so that lists and counts do not read long texts or ended uploads. */
export function boundedLists(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      // To reach a column, SQLite reads the whole row with the body. These indexes contain all columns that a list of notes needs, so the
      // query of the list reads only an index. PostgreSQL stores long texts outside of the row, and its indexes can't hold such long
      // entries.
      if (engine === "sqlite") await indexSummaries(db);
      await db.schema
        .createIndex("attachments_listed")
        .on("attachments")
        .columns(["note_id", "id"])
        .where(sql<boolean>`state not in ('aborted', 'expired')`)
        .execute();
      for (const column of ["user_id", "note_id"]) {
        const index = db.schema.createIndex(`uploads_pending_${column}`).on("uploads").column(column);
        await index.where(sql<boolean>`state = 'pending'`).execute();
      }
    },
  };
}

async function indexSummaries(db: Kysely<unknown>): Promise<void> {
  const others = sql`title, substr(body, 1, 200), created_at, updated_at`;
  await db.schema.dropIndex("notes_owner").execute();
  await sql`create index notes_owner on notes (owner_id, id, ${others})`.execute(db);
  await sql`create index notes_summary on notes (id, owner_id, ${others})`.execute(db);
}
