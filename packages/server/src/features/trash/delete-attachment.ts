import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { type Attachment, isComplete } from "../access/attachment.ts";
import { authoriseAttachment } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { linkQueries } from "../links/queries/links.ts";
import type { PlannedDeletion } from "../storage/object-deletions.ts";
import { releaseObjects } from "../storage/object-deletions.ts";
import { deleteAttachmentsForGood } from "./delete-for-good.ts";
import { trashQueries } from "./queries.ts";

/**
 * Moves an attachment to the trash, and removes it from the lists of files of links. If the upload of the attachment is not finished, or if
 * the trash is off, deletes the attachment permanently. Throws `attachment_not_found` or `access_denied`.
 */
export function deleteAttachment(deps: Deps) {
  const { limits, newId } = deps;
  return (caller: Caller, attachmentId: string): Promise<void> =>
    releaseObjects(deps, async (tx, now) => {
      const authorise = () => authoriseAttachment(tx, { caller, attachmentId, action: "attachment.delete" });
      const isHeld =
        (await guardedNoteQueries(tx).hold((await authorise()).noteId)) &&
        (await attachmentQueries(tx).hold(attachmentId));
      if (!isHeld) throw notFound();
      // Reads the attachment again now that it is locked, because its upload may have completed in the meantime.
      const attachment = await authorise();
      if (limits.trashDays === 0 || !isComplete(attachment.state))
        return deleteForGood(deps, { tx, caller, attachment, now });
      const { noteId, ownerId } = attachment;
      const item = { id: newId(), noteId, ownerId, deletedBy: caller.userId, deletedAt: now };
      if (!(await trashQueries(tx).putAttachment(attachmentId, item))) throw notFound();
      await linkQueries(tx).removeFile(attachmentId);
      await auditQueries(tx).add(deleted(deps, { caller, attachment, now }));
      return [];
    });
}

function notFound(): DomainError {
  return new DomainError("attachment_not_found", "Attachment not found");
}

/** Permanently deletes the attachment that `authorise` returns. `authorise` must throw if the caller may not delete the attachment. */
export function removeAttachment(
  deps: Deps,
  { caller, authorise }: { caller: Caller; authorise: (queries: Tx) => Promise<Attachment> },
): Promise<void> {
  return releaseObjects(deps, async (tx, now) =>
    deleteForGood(deps, { tx, caller, attachment: await authorise(tx), now }),
  );
}

type Deletion = { caller: Caller; attachment: Attachment; now: number };

async function deleteForGood(deps: Deps, { tx, ...deletion }: Deletion & { tx: Tx }): Promise<PlannedDeletion[]> {
  const { attachment, now } = deletion;
  const planned = await deleteAttachmentsForGood(tx, { attachments: [attachment], now });
  await auditQueries(tx).add(deleted(deps, deletion));
  return planned;
}

function deleted({ newId }: Deps, { caller, attachment, now }: Deletion): AuditEvent {
  const detail = { filename: attachment.filename };
  return auditEvent("attachment.deleted", { id: newId(), caller, subject: aboutFile(attachment), at: now, detail });
}
