import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Adds the folders of files. Existing files have no folder. */
export function filePaths(): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const table of ["attachments", "uploads"]) {
        await sql`alter table ${sql.table(table)} add column path text not null default ''`.execute(db);
      }
    },
  };
}
