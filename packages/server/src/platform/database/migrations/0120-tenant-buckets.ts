import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Adds the numbers of the buckets of tenants. `schema.ts` explains the column. */
export function tenantBuckets(): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`alter table application add column buckets text`.execute(db);
    },
  };
}
