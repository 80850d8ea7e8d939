import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf } from "./column-types.ts";

/**
 * Stores when a person opened a note or a file that was shared with the person, or that a visitor sent. Existing shares and files count as
 * seen.
 */
export function seen(engine: EngineName): Migration {
  const { integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const table of ["note_shares", "attachment_shares", "visitor_files"]) {
        await db.schema.alterTable(table).addColumn("seen_at", integer).execute();
      }
      for (const table of ["note_shares", "attachment_shares"]) {
        await sql`update ${sql.table(table)} set seen_at = created_at`.execute(db);
      }
      await sql`update visitor_files set seen_at = received_at`.execute(db);
      await db.schema
        .createIndex("visitor_files_unseen")
        .on("visitor_files")
        .column("link_id")
        .where(sql<boolean>`received_at is not null and seen_at is null`)
        .execute();
    },
  };
}
