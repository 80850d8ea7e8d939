import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const TABLE: Record<EngineName, string> = {
  sqlite: `
    create table upload_bucket (
      id integer not null primary key, number integer not null, since integer not null,
      holder text, held_until integer
    ) strict`,
  postgres: `
    create table upload_bucket (
      id integer not null primary key, number integer not null, since bigint not null,
      holder text collate "C", held_until bigint
    )`,
};

/** Adds the row with the number of the bucket for new uploads. `schema.ts` explains the columns. */
export function bucketNumbers(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql.raw(TABLE[engine]).execute(db);
    },
  };
}
