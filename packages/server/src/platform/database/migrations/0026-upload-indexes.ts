import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

/** Changes two indexes, so that the start of an upload is faster. */
export function uploadIndexes(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await indexGivenKeys(db);
      if (engine === "postgres") await separatePending(db);
    },
  };
}

/**
 * For each index entry of an upload, the database writes one more page. Most uploads have no idempotency key, so the index of these keys no
 * longer has entries for such uploads.
 */
async function indexGivenKeys({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropIndex("uploads_idempotency_key").execute();
  const index = schema.createIndex("uploads_idempotency_key").unique().on("uploads");
  await index.columns(["user_id", "idempotency_key"]).where(sql<boolean>`idempotency_key is not null`).execute();
}

/**
 * Adds a condition to each of the two indexes of pending uploads. On an empty table, PostgreSQL can only guess which index is best.
 * PostgreSQL chose the wrong one of these two indexes, and read all pending uploads. With the conditions, a query for one column can't use
 * the index of the other column.
 */
async function separatePending({ schema }: Kysely<unknown>): Promise<void> {
  for (const column of ["user_id", "note_id"]) {
    const name = `uploads_pending_${column}`;
    await schema.dropIndex(name).execute();
    const index = schema.createIndex(name).on("uploads").column(column);
    await index.where(sql<boolean>`state = 'pending' and ${sql.ref(column)} is not null`).execute();
  }
}
