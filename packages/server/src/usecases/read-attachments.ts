import type { Attachment } from "../domain/attachment.ts";
import type { Caller } from "../domain/person.ts";
import type { SharedAttachment } from "../domain/share.ts";
import { authoriseAttachment } from "./authorise.ts";
import type { Arrive } from "./invitations/arrive.ts";
import type { Deps, Page, PageRequest } from "./ports/index.ts";

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
