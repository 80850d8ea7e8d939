import type { Page, PageRequest } from "../../platform/database/page.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment } from "../access/attachment.ts";
import { authoriseAttachment } from "../access/authorise.ts";
import type { Caller } from "../people/person.ts";
import type { Arrive } from "../sharing/invitations/arrive.ts";
import type { SharedAttachment } from "../sharing/share.ts";

/** Returns an attachment. Throws `attachment_not_found` or `access_denied`. */
export function getAttachment({ db }: Deps, arrive: Arrive) {
  return async (caller: Caller, attachmentId: string): Promise<Attachment> => {
    const attachment = await authoriseAttachment(db, { caller, attachmentId, action: "attachment.read" });
    if (attachment.ownerId !== caller.userId)
      await arrive(caller, { noteId: attachment.noteId, attachmentIds: [attachment.id] });
    return attachment;
  };
}

/** Lists the attachments that are shared with the caller without their notes, newest first. */
export function listSharedAttachments({ db, clock }: Deps) {
  return (caller: Caller, page: PageRequest): Promise<Page<SharedAttachment>> =>
    db.shares.listAttachmentsFor(caller.userId, { ...page, now: clock() });
}
