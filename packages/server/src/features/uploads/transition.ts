import type { Checksum } from "../../platform/bucket/port.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { VerificationState } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { type Attachment, isBeingVerified, type Upload } from "../access/attachment.ts";
import { visitorIdOf } from "../access/caller.ts";
import { type AttachmentChange, attachmentQueries } from "../attachments/queries.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { deletableAt, type EndedFile, queueDeletions } from "../storage/object-deletions.ts";
import { objectDeletionQueries, type PlannedDeletion } from "../storage/queries.ts";
import { usageQueries } from "../usage/queries.ts";
import { uploadQueries } from "./queries/uploads.ts";
import { verificationQueries } from "./queries/verifications.ts";

/**
 * A change of the state of an attachment and its upload.
 * `uploadId` is undefined if the attachment has no upload, for example if a form created it.
 */
type Transition = AttachmentChange & { attachmentId: string; uploadId: string | undefined };

/**
 * Moves an attachment and its upload from one state to another. Call it in a transaction. There is one exception: the statement in
 * queries/complete-statement.ts changes both states when a user completes an upload. Returns false if the state is not `from` any more. A
 * completion, a verification, an abort and the sweep can run at the same time, and only one of them succeeds.
 */
export async function transitionUpload(
  queries: Tx,
  { attachmentId, uploadId, ...change }: Transition,
): Promise<boolean> {
  const { from, to } = change;
  // Changes the attachment before its upload, because a cascading deletion also locks the attachment first. The same order avoids a
  // deadlock.
  if (!(await attachmentQueries(queries).transition(attachmentId, change))) return false;
  if (uploadId !== undefined) await uploadQueries(queries).transition(uploadId, { from, to });
  if (isBeingVerified(from)) await verificationQueries(queries).remove(attachmentId);
  return true;
}

// `markReady`, `reject` and `defer` return the current attachment, even if another caller decided first. Undefined: the attachment was
// deleted.

/** The attachment as the caller has read it. `upload` is undefined if the attachment came from a form, or is an adopted object. */
export type Decision = { attachment: Attachment; upload: Upload | undefined };

/**
 * Changes the state of an upload whose object is stored. If there is a staged copy, the copy becomes the object of the attachment, and the
 * uploaded object is deleted.
 */
export async function moveStored(
  queries: Tx,
  move: Decision & { to: "ready" | "quarantined" | VerificationState; now: number; checksum?: Checksum | undefined },
): Promise<boolean> {
  const { attachment, upload, to, now, checksum } = move;
  const { id: attachmentId, state: from, objectKey } = attachment;
  const isCopied = from === "pending" && upload !== undefined && upload.objectKey !== objectKey;
  const moved = await transitionUpload(queries, {
    attachmentId,
    uploadId: upload?.id,
    from,
    to,
    checksum,
    objectKey: isCopied ? objectKey : undefined,
  });
  if (moved && visitorIdOf(attachment.createdBy) !== undefined) {
    await visitorFileQueries(queries).markReceived(attachmentId, now);
  }
  if (moved && isCopied) {
    await objectDeletionQueries(queries).cancel(objectKey);
    await queueDeletions(queries, { planned: [uploadedObject({ attachment, upload, now })], now });
  }
  return moved;
}

/** Queues the deletion of the objects of an upload that ended without success. */
export async function queueObjectDeletions(
  queries: Tx,
  { upload, now }: { upload: Upload; now: number },
): Promise<void> {
  const attachment = await attachmentQueries(queries).find(upload.attachmentId);
  if (attachment === undefined) return;
  await queueDeletions(queries, { planned: objectsOf({ attachment, upload, now }), now });
}

/** Returns the planned deletions of an attachment's objects: the object that signed URLs write to, and the staged copy if there is one. */
export function objectsOf({ attachment, upload, now }: EndedFile): PlannedDeletion[] {
  const { objectKey, ownerId, sizeBytes } = attachment;
  const uploaded = upload && uploadedObject({ attachment, upload, now });
  if (uploaded?.objectKey === objectKey) return [uploaded];
  return [{ objectKey, notBefore: now, ownerId, sizeBytes }, ...(uploaded === undefined ? [] : [uploaded])];
}

/** Returns the planned deletion of the object that the signed URLs of the upload write to. */
function uploadedObject({ attachment, upload, now }: EndedFile & { upload: Upload }): PlannedDeletion {
  const { ownerId, sizeBytes } = attachment;
  return { objectKey: upload.objectKey, notBefore: deletableAt({ upload, now }), ownerId, sizeBytes };
}

/**
 * Deletes the object now, so that its space in the bucket is free before the queued deletion runs. Ignores failures, because the queued
 * deletion will delete the object later.
 * For a multipart upload, also aborts it in the bucket and releases its quota, because clients can't store its parts after this.
 */
export async function deleteObjectNow(
  { db, bucket }: Deps,
  { objectKey, multipart }: Pick<Upload, "objectKey" | "multipart">,
): Promise<void> {
  try {
    if (multipart !== undefined) {
      await bucket.abortMultipart({ objectKey, bucketUploadId: multipart.bucketUploadId });
      await db.transaction((tx) => usageQueries(tx).release(objectKey));
    }
  } catch {}
  await bucket.delete([objectKey]).catch(() => []);
}
