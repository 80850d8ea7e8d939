import type { Checksum } from "../../platform/bucket/port.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { VerificationState } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { type Attachment, isBeingVerified, type Upload } from "../access/attachment.ts";
import { visitorIdOf } from "../access/caller.ts";
import { fileJobQueries } from "../attachments/file-job-queries.ts";
import { type AttachmentChange, attachmentQueries } from "../attachments/queries.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { deletableAt, type EndedFile, queueDeletions } from "../storage/object-deletions.ts";
import { objectDeletionQueries, type PlannedDeletion } from "../storage/queries.ts";
import { usageQueries } from "../usage/queries.ts";
import { uploadQueries } from "./queries/uploads.ts";

/** A change of state. `uploadId`: undefined for an attachment without an upload, for example from a form. */
type Transition = AttachmentChange & { attachmentId: string; uploadId: string | undefined };

/**
 * Moves an attachment and its upload from one state to another. Returns false if the state is not `from` any more. A completion, a
 * verification, an abort and the sweep can run in parallel, and only one of them succeeds. The caller must call `transitionUpload` in a
 * transaction.
 * When a user completes an upload, queries/complete-statement.ts changes the two states instead.
 */
export async function transitionUpload(
  queries: Tx,
  { attachmentId, uploadId, ...change }: Transition,
): Promise<boolean> {
  const { from, to } = change;
  // Changes the attachment before its upload, in the order of the locks of a cascading deletion, to avoid a deadlock.
  if (!(await attachmentQueries(queries).transition(attachmentId, change))) return false;
  if (uploadId !== undefined) await uploadQueries(queries).transition(uploadId, { from, to });
  if (isBeingVerified(from)) await fileJobQueries(queries).finish(attachmentId, "verification");
  return true;
}

/** The attachment at the caller's last read. `upload`: undefined for an attachment from a form, and for an adopted object. */
export type Decision = { attachment: Attachment; upload: Upload | undefined };

/** Changes the state of a stored upload. A staged copy replaces the uploaded object, whose deletion is then queued. */
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

/** Returns the planned deletions of an attachment's objects: the uploaded object, and the staged copy if there is one. */
export function objectsOf({ attachment, upload, now }: EndedFile): PlannedDeletion[] {
  const { objectKey, ownerId, sizeBytes } = attachment;
  const uploaded = upload && uploadedObject({ attachment, upload, now });
  if (uploaded?.objectKey === objectKey) return [uploaded];
  return [{ objectKey, notBefore: now, ownerId, sizeBytes }, ...(uploaded === undefined ? [] : [uploaded])];
}

/** Returns the planned deletion of the object that the signed URLs of the upload write. */
function uploadedObject({ attachment, upload, now }: EndedFile & { upload: Upload }): PlannedDeletion {
  const { ownerId, sizeBytes } = attachment;
  return { objectKey: upload.objectKey, notBefore: deletableAt({ upload, now }), ownerId, sizeBytes };
}

/**
 * Deletes the object now, so that its space in the bucket is free before the queued deletion runs. Ignores failures, because the queued
 * deletion will delete the object later. Also aborts a multipart upload in the bucket and releases its quota, because clients cannot store
 * its parts after the abort.
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
