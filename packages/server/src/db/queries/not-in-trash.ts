import { type SqlBool, sql } from "kysely";

/** The condition that a row of the table is not in the trash. It is a literal, as in the indexes of lists. */
export const notInTrash = {
  notes: sql<SqlBool>`notes.trash_id is null`,
  attachments: sql<SqlBool>`attachments.trash_id is null`,
};
