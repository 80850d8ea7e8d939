import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

/** Indexes for fast starts of uploads. */
export function uploadIndexes(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await indexGivenKeys(db);
      if (engine === "postgres") await separatePending(db);
    },
  };
}

/** Each entry of an index costs a start the write of a page, and most uploads have no idempotency key. */
async function indexGivenKeys({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropIndex("uploads_idempotency_key").execute();
  const index = schema.createIndex("uploads_idempotency_key").unique().on("uploads");
  await index.columns(["user_id", "idempotency_key"]).where(sql<boolean>`idempotency_key is not null`).execute();
}

/**
 * PostgreSQL plans a statement on an empty table by guesses. It read all pending uploads of one index to find those of the other column.
 * A query for one column doesn't meet the condition of the other index.
 */
async function separatePending({ schema }: Kysely<unknown>): Promise<void> {
  for (const column of ["user_id", "note_id"]) {
    const name = `uploads_pending_${column}`;
    await schema.dropIndex(name).execute();
    const index = schema.createIndex(name).on("uploads").column(column);
    await index.where(sql<boolean>`state = 'pending' and ${sql.ref(column)} is not null`).execute();
  }
}
