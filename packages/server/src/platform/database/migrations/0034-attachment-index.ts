import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Replaces three indexes with one, so that the start of an upload writes fewer pages (ADR 12). Drops the old indexes first, because
 * PostgreSQL takes its strongest lock for that. If the migration took this lock later, it could deadlock with a replica that still runs.
 */
export const attachmentIndex: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const name of ["attachments_note", "attachments_listed", "uploads_pending_note_id"]) {
      await db.schema.dropIndex(name).execute();
    }
    await sql`
      create index attachments_of_note on attachments (
        note_id,
        (case
          when state in ('aborted', 'expired') or trash_id is not null then 2
          when state = 'pending' then 1
          else 0
        end),
        id
      )`.execute(db);
  },
};
