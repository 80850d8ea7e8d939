import type { Attachment } from "../domain/attachment.ts";
import type { Caller } from "../domain/person.ts";
import type { SharedAttachment } from "../domain/share.ts";
import { aboutFile, auditEvent } from "./audit-event.ts";
import { authoriseAttachment } from "./authorise.ts";
import type { Deps, Page, PageRequest, Queries } from "./ports/index.ts";
import { deleteWaiting, planDeletion, queueDeletions } from "./storage/purge.ts";

/** Returns an attachment. Throws `attachment_not_found` or `access_denied`. */
export function getAttachment({ db }: Deps) {
  return (caller: Caller, attachmentId: string): Promise<Attachment> =>
    authoriseAttachment(db, { caller, attachmentId, action: "attachment.read" });
}

/** Lists the attachments that are shared with the caller without their notes, newest first. */
export function listSharedAttachments({ db, clock }: Deps) {
  return (caller: Caller, page: PageRequest): Promise<Page<SharedAttachment>> =>
    db.shares.listAttachmentsFor(caller.userId, { ...page, now: clock() });
}

/** Deletes an attachment, and queues the deletion of its object in the same transaction. */
export function deleteAttachment(deps: Deps) {
  return (caller: Caller, attachmentId: string): Promise<void> =>
    removeAttachment(deps, {
      caller,
      authorise: (tx) => authoriseAttachment(tx, { caller, attachmentId, action: "attachment.delete" }),
    });
}

/** Deletes the attachment that `authorise` returns. `authorise` throws when the caller may not delete it. */
export async function removeAttachment(
  deps: Deps,
  { caller, authorise }: { caller: Caller; authorise: (queries: Queries) => Promise<Attachment> },
): Promise<void> {
  const { db, clock, newId, onDeletionsQueued } = deps;
  const now = clock();
  const planned = await db.transaction(
    async (tx) => {
      const attachment = await authorise(tx);
      const planned = await planDeletion(tx, { attachment, now });
      await tx.attachments.delete(attachment.id);
      await queueDeletions(tx, { planned, now });
      const detail = { filename: attachment.filename };
      const event = { id: newId(), caller, subject: aboutFile(attachment), at: now, detail };
      await tx.audit.add(auditEvent("attachment.deleted", event));
      return planned;
    },
    { freesSpace: true },
  );
  onDeletionsQueued();
  await deleteWaiting(deps, { planned, now });
}
