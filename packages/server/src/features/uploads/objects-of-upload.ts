import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment, Upload } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { deletableAt, queueDeletions } from "../storage/object-deletions.ts";
import type { PlannedDeletion } from "../storage/queries.ts";
import { usageQueries } from "../usage/queries.ts";

/** Queues the deletion of the objects of an upload that ended without success. */
export async function queueObjectDeletions(
  queries: Tx,
  { upload, now }: { upload: Upload; now: number },
): Promise<void> {
  const attachment = await attachmentQueries(queries).find(upload.attachmentId);
  if (attachment === undefined) return;
  await queueDeletions(queries, { planned: objectsOf({ attachment, upload, now }), now });
}

/**
 * Returns the planned deletions of an attachment's objects. These are the object that signed URLs write to, and the staged copy if there is
 * one.
 */
export function objectsOf({
  attachment,
  upload,
  now,
}: {
  attachment: Attachment;
  upload: Upload | undefined;
  now: number;
}): PlannedDeletion[] {
  const { objectKey, ownerId, sizeBytes } = attachment;
  const uploaded = upload && uploadedObject({ attachment, upload, now });
  if (uploaded?.objectKey === objectKey) return [uploaded];
  return [{ objectKey, notBefore: now, ownerId, sizeBytes }, ...(uploaded === undefined ? [] : [uploaded])];
}

/** Returns the planned deletion of the object that the signed URLs of the upload write to. */
export function uploadedObject({
  attachment: { ownerId, sizeBytes },
  upload,
  now,
}: {
  attachment: Attachment;
  upload: Upload;
  now: number;
}): PlannedDeletion {
  return { objectKey: upload.objectKey, notBefore: deletableAt({ upload, now }), ownerId, sizeBytes };
}

/**
 * Deletes the object now, so that its space in the bucket is free before the queued deletion runs. Ignores failures, because the queued
 * deletion will delete the object later.
 * For a multipart upload, also aborts it in the bucket and releases its quota, because clients can't store its parts after this.
 */
export async function deleteObjectNow(
  { db, bucket }: Pick<Deps, "db" | "bucket">,
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
