import { type SqlBool, sql } from "kysely";

/** The condition that a row of the table is not in the trash. On PostgreSQL, the index for lists of notes has this condition. */
export const notInTrash = {
  notes: sql<SqlBool>`notes.trash_id is null`,
  attachments: sql<SqlBool>`attachments.trash_id is null`,
};
