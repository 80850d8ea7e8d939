import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Adds the reasons of rejections as codes. `schema.ts` explains the column. */
export function rejections(): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`alter table attachments add column rejection text`.execute(db);
    },
  };
}
