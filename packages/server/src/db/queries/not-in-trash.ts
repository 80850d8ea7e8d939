import { type SqlBool, sql } from "kysely";

/**
 * The condition that a row of the table is not in the trash. The condition is a literal, because the indexes for lists have the same
 * literal.
 */
export const notInTrash = {
  notes: sql<SqlBool>`notes.trash_id is null`,
  attachments: sql<SqlBool>`attachments.trash_id is null`,
};
