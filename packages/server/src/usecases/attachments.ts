import { type Attachment, isComplete } from "../domain/attachment.ts";
import type { AuditEvent } from "../domain/audit-event.ts";
import { DomainError } from "../domain/errors.ts";
import type { Caller } from "../domain/person.ts";
import type { SharedAttachment } from "../domain/share.ts";
import { aboutFile, auditEvent } from "./audit-event.ts";
import { authoriseAttachment } from "./authorise.ts";
import type { Arrive } from "./invitations/arrive.ts";
import type { Deps, Page, PageRequest, Queries } from "./ports/index.ts";
import type { PlannedDeletion } from "./storage/object-deletions.ts";
import { releaseObjects } from "./storage/release-objects.ts";
import { purgeAttachments } from "./trash/purge.ts";

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

/**
 * Moves an attachment to the trash, and removes it from links. It permanently deletes an unfinished upload, and also any attachment
 * if the service has no trash. Throws `attachment_not_found` or `access_denied`.
 */
export function deleteAttachment(deps: Deps) {
  const { limits, newId } = deps;
  return (caller: Caller, attachmentId: string): Promise<void> =>
    releaseObjects(deps, async (tx, now) => {
      const authorise = () => authoriseAttachment(tx, { caller, attachmentId, action: "attachment.delete" });
      const isHeld = (await tx.notes.hold((await authorise()).noteId)) && (await tx.attachments.hold(attachmentId));
      if (!isHeld) throw notFound();
      // Read again under the lock, because the upload may have completed meanwhile.
      const attachment = await authorise();
      if (limits.trashDays === 0 || !isComplete(attachment.state)) return purge(deps, { tx, caller, attachment, now });
      const { noteId, ownerId } = attachment;
      const item = { id: newId(), noteId, ownerId, deletedBy: caller.userId, deletedAt: now };
      if (!(await tx.trash.putAttachment(attachmentId, item))) throw notFound();
      await tx.links.removeFile(attachmentId);
      await tx.audit.add(deleted(deps, { caller, attachment, now }));
      return [];
    });
}

function notFound(): DomainError {
  return new DomainError("attachment_not_found", "Attachment not found");
}

/** Permanently deletes the attachment that `authorise` returns. `authorise` throws when the caller may not delete it. */
export function removeAttachment(
  deps: Deps,
  { caller, authorise }: { caller: Caller; authorise: (queries: Queries) => Promise<Attachment> },
): Promise<void> {
  return releaseObjects(deps, async (tx, now) => purge(deps, { tx, caller, attachment: await authorise(tx), now }));
}

type Deletion = { caller: Caller; attachment: Attachment; now: number };

async function purge(deps: Deps, { tx, ...deletion }: Deletion & { tx: Queries }): Promise<PlannedDeletion[]> {
  const { attachment, now } = deletion;
  const planned = await purgeAttachments(tx, { attachments: [attachment], now });
  await tx.audit.add(deleted(deps, deletion));
  return planned;
}

function deleted({ newId }: Deps, { caller, attachment, now }: Deletion): AuditEvent {
  const detail = { filename: attachment.filename };
  return auditEvent("attachment.deleted", { id: newId(), caller, subject: aboutFile(attachment), at: now, detail });
}
