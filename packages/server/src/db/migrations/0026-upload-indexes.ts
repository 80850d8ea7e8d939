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

/**
 * For each index entry, the start of an upload writes one more page. Most uploads have no idempotency key, so they get no entry in this
 * index.
 */
async function indexGivenKeys({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropIndex("uploads_idempotency_key").execute();
  const index = schema.createIndex("uploads_idempotency_key").unique().on("uploads");
  await index.columns(["user_id", "idempotency_key"]).where(sql<boolean>`idempotency_key is not null`).execute();
}

/**
 * On an empty table, PostgreSQL can only guess the best index. It chose the index of the other column, and read all pending uploads.
 * Now a query for one column does not meet the condition of the other index, so PostgreSQL can't choose it.
 */
async function separatePending({ schema }: Kysely<unknown>): Promise<void> {
  for (const column of ["user_id", "note_id"]) {
    const name = `uploads_pending_${column}`;
    await schema.dropIndex(name).execute();
    const index = schema.createIndex(name).on("uploads").column(column);
    await index.where(sql<boolean>`state = 'pending' and ${sql.ref(column)} is not null`).execute();
  }
}
