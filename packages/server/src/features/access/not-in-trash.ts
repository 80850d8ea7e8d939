import { type SqlBool, sql } from "kysely";

/**
 * The `trash_id` of a note that a background job deletes permanently. No row of `trash` has this id. So nobody can restore the note, also
 * not with a replica of an older version.
 */
export const PURGE = "purge";

/** The condition that a row of the table is not in the trash. On PostgreSQL, the index for lists of notes has this condition. */
export const notInTrash = {
  notes: sql<SqlBool>`notes.trash_id is null`,
  /** An attachment is also in the trash if its note is. With the cast, SQLite reads only the small index `notes_in_trash` (migration 36). */
  attachments: sql<SqlBool>`(attachments.trash_id is null and not exists (
    select 1 from notes as notes_in_trash
    where cast(notes_in_trash.id as text) = attachments.note_id and notes_in_trash.trash_id is not null))`,
  /** The same condition, for attachments whose note is known not to be in the trash. */
  attachmentsOfNote: sql<SqlBool>`attachments.trash_id is null`,
};
