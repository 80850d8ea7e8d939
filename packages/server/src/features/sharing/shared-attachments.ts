import type { Kysely } from "kysely";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import { decodeCursor, toPage } from "../../platform/database/pages.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { unlistedStates } from "../access/attachment.ts";
import { attachmentColumns, isLive, notInTrash, toAttachment } from "../access/sql.ts";
import { shownToViewers } from "../attachments/queries.ts";
import type { SharedAttachment } from "./share.ts";

type Request = PageRequest & { userId: string; now: number };

/** Lists the attachments that a person can open only because of a share of the attachment itself, and not of its note. */
export async function listAttachmentsFor(
  db: Kysely<Tables>,
  { userId, limit, cursor, now }: Request,
): Promise<Page<SharedAttachment>> {
  const after = decodeCursor(cursor);
  const rows = await db
    .selectFrom("attachment_shares")
    .innerJoin("attachments", "attachments.id", "attachment_shares.attachment_id")
    .select(attachmentColumns)
    .select(["attachment_shares.expires_at", "attachment_shares.seen_at"])
    .where("attachment_shares.user_id", "=", userId)
    .where((eb) => isLive(eb.ref("attachment_shares.expires_at"), now))
    .where("attachments.owner_id", "!=", userId)
    .where("attachments.state", "not in", [...unlistedStates, "rejected"])
    .where(shownToViewers)
    .where(notInTrash.attachments)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("note_shares")
            .select("note_shares.note_id")
            .whereRef("note_shares.note_id", "=", "attachments.note_id")
            .where("note_shares.user_id", "=", userId)
            .where((share) => isLive(share.ref("note_shares.expires_at"), now)),
        ),
      ),
    )
    .$if(after !== undefined, (query) => query.where("attachment_shares.attachment_id", "<", after as string))
    .orderBy("attachment_shares.attachment_id", "desc")
    .limit(limit + 1)
    .execute();
  const shared = rows.map((row) => ({
    ...toAttachment(row),
    share: { expiresAt: row.expires_at ?? undefined },
    isNew: row.seen_at === null,
  }));
  return toPage(shared, limit);
}
