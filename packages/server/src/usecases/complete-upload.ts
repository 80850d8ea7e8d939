import type { Attachment, Checksum } from "../domain/attachment.ts";
import { DomainError } from "../domain/errors.ts";
import type { Caller } from "../domain/person.ts";
import type { Upload } from "../domain/upload.ts";
import { authoriseNote } from "./authorise.ts";
import type { Bucket, Deps, Queries, StoredObject } from "./ports.ts";
import { findOwnUpload, queueAfterExpiry } from "./uploads.ts";

type Verdict = { ok: true; checksum: Checksum | undefined } | { ok: false; reason: string };

/**
 * Looks at the object that an upload put, and attaches it if it is what was declared, to the byte. Doing it twice is fine.
 * Throws `upload_not_found`, `access_denied`, `upload_incomplete` (nothing is there yet; try again), `upload_not_pending`,
 * and `upload_rejected` when the object differs, which removes it.
 */
export function completeUpload(deps: Deps) {
  const { db, bucket } = deps;
  return async (caller: Caller, uploadId: string): Promise<Attachment> => {
    const upload = await findOwnUpload(db, { caller, uploadId });
    await authoriseNote(db, { caller, noteId: upload.noteId, action: "attachment.add" });
    if (upload.state === "ready") return readAttachment(db, { caller, upload });
    if (upload.state !== "pending") throw over(upload);
    const stored = await bucket.head(upload.objectKey);
    if (stored === undefined) {
      throw new DomainError("upload_incomplete", "The file is not in the bucket yet: PUT it to the signed URL first.");
    }
    const verdict = await verify(bucket, { upload, stored });
    if (!verdict.ok) {
      await reject(deps, { caller, upload, reason: verdict.reason });
      throw new DomainError("upload_rejected", verdict.reason);
    }
    return accept(deps, { caller, upload, checksum: verdict.checksum });
  };
}

async function verify(bucket: Bucket, { upload, stored }: { upload: Upload; stored: StoredObject }): Promise<Verdict> {
  if (stored.sizeBytes !== upload.sizeBytes) {
    return differs(`${stored.sizeBytes} bytes were stored where ${upload.sizeBytes} were declared`);
  }
  if (stored.contentType !== upload.contentType) {
    return differs(`it was stored as ${stored.contentType} where ${upload.contentType} was declared`);
  }
  const declared = upload.declaredChecksum;
  if (declared === undefined) return { ok: true, checksum: stored.checksum };
  // A bucket that keeps no SHA-256 proves nothing: read the bytes.
  const actual = stored.checksum ?? (await bucket.computeChecksum(upload.objectKey));
  return actual.value === declared.value ? { ok: true, checksum: actual } : differs("its SHA-256 differs");
}

function differs(how: string): Verdict {
  return { ok: false, reason: `The file is not what was declared: ${how}. It was not kept.` };
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
    await queueAfterExpiry(tx, upload);
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
  await bucket.delete([upload.objectKey]).catch(() => []);
}

async function readAttachment(
  queries: Queries,
  { caller, upload }: { caller: Caller; upload: Upload },
): Promise<Attachment> {
  const access = await queries.access.attachment(caller.userId, upload.attachmentId);
  if (access === undefined) throw new DomainError("attachment_not_found", "Attachment not found");
  return access.attachment;
}

function over(upload: Upload): DomainError {
  return new DomainError("upload_not_pending", `The upload is over (${upload.state}); start a new one.`);
}
