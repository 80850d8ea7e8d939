import { type SqlBool, sql } from "kysely";
import { unlistedStates } from "../access/attachment.ts";

/**
 * The groups into which the index `attachments_of_note` divides the attachments of a note. `sent`: the upload has ended. `pending`: the
 * upload has started. `unlisted`: no list shows the attachment.
 */
const GROUPS = { sent: 0, pending: 1, unlisted: 2 } as const;

export type AttachmentGroup = keyof typeof GROUPS;

// A database uses the index only if the expression of the query is the expression of the index. So all values are literals.
const groupOf = sql`
  case
    when attachments.state in (${sql.join(unlistedStates.map((state) => sql.lit(state)))})
      or attachments.trash_id is not null then ${sql.lit(GROUPS.unlisted)}
    when attachments.state = 'pending' then ${sql.lit(GROUPS.pending)}
    else ${sql.lit(GROUPS.sent)}
  end`;

/** The condition that an attachment is in one of the groups. */
export function inGroup(...groups: AttachmentGroup[]) {
  return sql<SqlBool>`${groupOf} in (${sql.join(groups.map((group) => sql.lit(GROUPS[group])))})`;
}
