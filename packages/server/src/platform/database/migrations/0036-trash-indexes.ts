import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Adds small indexes for the trash (ADR 14). `notes_in_trash`: each access decision about an attachment looks up its note there.
 * `notes_to_purge`: the queue of the notes that a background job deletes. `attachments_in_trash`: the attachments of one item of the trash.
 */
export const trashIndexes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // SQLite uses an index of an expression only for the same expression. For a plain column, SQLite would search by the primary key, and
    // would read the whole row with the body of the note. For PostgreSQL, the cast has no effect.
    await sql`create index notes_in_trash on notes ((cast(id as text))) where trash_id is not null`.execute(db);
    await sql`create index notes_to_purge on notes (id) where trash_id = 'purge'`.execute(db);
    await sql`create index attachments_in_trash on attachments (trash_id) where trash_id is not null`.execute(db);
  },
};
