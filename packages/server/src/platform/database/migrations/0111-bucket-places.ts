import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

// Databases of PostgreSQL that were made between two releases may already have the column.
const COLUMN: Record<EngineName, string> = {
  sqlite: "alter table upload_bucket add column places text",
  postgres: 'alter table upload_bucket add column if not exists places text collate "C"',
};

/** Adds the column with the places of the numbered buckets. `schema.ts` explains the column. */
export function bucketPlaces(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql.raw(COLUMN[engine]).execute(db);
    },
  };
}
