import type { Upload } from "../../domain/upload.ts";
import type { Bucket, Queries } from "../ports/index.ts";
import { deletableAt } from "../storage/purge.ts";

/** Queues the deletion of the object of an unfinished upload, and of its staged copy if there is one. */
export async function queueObjectDeletions(
  queries: Queries,
  { upload, now }: { upload: Upload; now: number },
): Promise<void> {
  await queries.objectDeletions.put({ objectKey: upload.objectKey, notBefore: deletableAt({ upload, now }) });
  const attachment = upload.staged ? await queries.attachments.find(upload.attachmentId) : undefined;
  if (attachment === undefined || attachment.objectKey === upload.objectKey) return;
  await queries.objectDeletions.put({ objectKey: attachment.objectKey, notBefore: now });
}

/** Frees the space before the queued deletion runs. Ignores failures, because the queued deletion covers them. */
export async function deleteObjectNow(
  bucket: Bucket,
  { objectKey, multipart }: Pick<Upload, "objectKey" | "multipart">,
): Promise<void> {
  if (multipart !== undefined) {
    await bucket.abortMultipart({ objectKey, bucketUploadId: multipart.bucketUploadId }).catch(() => undefined);
  }
  await bucket.delete([objectKey]).catch(() => []);
}
