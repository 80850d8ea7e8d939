import { type SqlBool, sql } from "kysely";

/** The condition that a row of the table is not in the trash. The index for lists of notes has the same literal as its condition. */
export const notInTrash = {
  notes: sql<SqlBool>`notes.trash_id is null`,
  attachments: sql<SqlBool>`attachments.trash_id is null`,
};
