import type { Deps } from "../../platform/deps.ts";
import type { Attachment } from "../access/attachment.ts";
import { type Arrive, authoriseAttachment } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";

export type AttachmentVerbs = ReturnType<typeof createAttachments>;

export function createAttachments(deps: Deps, { arrive }: { arrive: Arrive }) {
  return {
    getAttachment: getAttachment(deps, arrive),
  };
}

/** Throws `attachment_not_found` or `access_denied`. */
export function getAttachment({ db }: Deps, arrive: Arrive) {
  return async (caller: Caller, attachmentId: string): Promise<Attachment> => {
    const attachment = await authoriseAttachment(db, { caller, attachmentId, action: "attachment.read" });
    if (attachment.ownerId !== caller.userId)
      await arrive(caller, { noteId: attachment.noteId, attachmentIds: [attachment.id] });
    return attachment;
  };
}
