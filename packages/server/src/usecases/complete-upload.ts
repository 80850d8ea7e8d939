import type { Attachment, Checksum } from "../domain/attachment.ts";
import { DomainError } from "../domain/errors.ts";
import type { Caller } from "../domain/person.ts";
import type { Upload } from "../domain/upload.ts";
import { assembleParts, type NamedPart } from "./assemble-parts.ts";
import { authoriseNote } from "./authorise.ts";
import type { Deps, Queries } from "./ports.ts";
import { findOwnUpload, over, queueRemoval, removeNow } from "./uploads.ts";
import { verifyObject } from "./verify-object.ts";

/** `parts`: what the client believes to have sent; each is compared with what the bucket has. */
export type CompleteUploadInput = { uploadId: string; parts?: readonly NamedPart[] | undefined };

/**
 * Puts the parts together if there are any, looks at the object, and attaches it if it is what was declared. Doing it twice is fine.
 * Throws `upload_not_found`, `access_denied`, `upload_incomplete` (something is not there yet; try again), `upload_not_pending`,
 * and `upload_rejected` when the object differs, which removes it.
 */
export function completeUpload(deps: Deps) {
  const { db, bucket } = deps;
  return async (caller: Caller, input: CompleteUploadInput): Promise<Attachment> => {
    const { uploadId, parts: named = [] } = input;
    const upload = await findOwnUpload(db, { caller, uploadId });
    await authoriseNote(db, { caller, noteId: upload.noteId, action: "attachment.add" });
    if (upload.state === "ready") return readAttachment(db, { caller, upload });
    if (upload.state !== "pending") throw over(upload);
    const stored = await gather(deps, { upload, named });
    const verdict = await verifyObject(bucket, { upload, stored });
    if (!verdict.ok) {
      await reject(deps, { caller, upload, reason: verdict.reason });
      throw new DomainError("upload_rejected", verdict.reason);
    }
    return accept(deps, { caller, upload, checksum: verdict.checksum });
  };
}

/** What the upload has put: the object, and for an upload in parts its assembly before. */
async function gather(deps: Deps, { upload, named }: { upload: Upload; named: readonly NamedPart[] }) {
  const { multipart } = upload;
  if (multipart !== undefined) await assembleParts(deps, { upload: { ...upload, multipart }, named });
  const stored = await deps.bucket.head(upload.objectKey);
  if (stored !== undefined) return stored;
  if (multipart === undefined) {
    throw new DomainError("upload_incomplete", "The file is not in the bucket yet: PUT it to the signed URL first.");
  }
  throw new DomainError("upload_not_pending", "The bucket does not have the parts any more; start a new upload.");
}

async function accept(
  { db, clock, newId }: Deps,
  { caller, upload, checksum }: { caller: Caller; upload: Upload; checksum: Checksum | undefined },
): Promise<Attachment> {
  return db.transaction(async (tx) => {
    const won = await tx.uploads.transition(upload.id, { from: "pending", to: "ready" });
    if (!won) {
      // Another completion, an abort or the sweep came first: answer with what it decided.
      const current = await findOwnUpload(tx, { caller, uploadId: upload.id });
      if (current.state !== "ready") throw over(current);
      return readAttachment(tx, { caller, upload });
    }
    await tx.attachments.transition(upload.attachmentId, {
      from: "pending",
      to: "ready",
      ...(checksum === undefined ? {} : { checksum }),
    });
    const attachment = await readAttachment(tx, { caller, upload });
    await tx.audit.add({
      id: newId(),
      at: clock(),
      action: "attachment.uploaded",
      actorId: caller.userId,
      noteId: upload.noteId,
      ownerId: attachment.ownerId,
      attachmentIds: [attachment.id],
      detail: { filename: upload.filename, sizeBytes: upload.sizeBytes },
    });
    return attachment;
  });
}

async function reject(
  { db, bucket, clock, newId }: Deps,
  { caller, upload, reason }: { caller: Caller; upload: Upload; reason: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await tx.uploads.transition(upload.id, { from: "pending", to: "rejected" }))) return;
    await tx.attachments.transition(upload.attachmentId, { from: "pending", to: "rejected" });
    const attachment = await readAttachment(tx, { caller, upload });
    await queueRemoval(tx, { upload, now: clock() });
    await tx.audit.add({
      id: newId(),
      at: clock(),
      action: "attachment.rejected",
      actorId: caller.userId,
      noteId: upload.noteId,
      ownerId: attachment.ownerId,
      attachmentIds: [upload.attachmentId],
      detail: { filename: upload.filename, reason },
    });
  });
  // Gone at once; the queued deletion catches what the still living URL might put again.
  await removeNow(bucket, upload);
}

async function readAttachment(
  queries: Queries,
  { caller, upload }: { caller: Caller; upload: Upload },
): Promise<Attachment> {
  const access = await queries.access.attachment(caller.userId, upload.attachmentId);
  if (access === undefined) throw new DomainError("attachment_not_found", "Attachment not found");
  return access.attachment;
}
