import type { Deps } from "../../platform/deps.ts";
import type { Attachment, Upload } from "../access/attachment.ts";
import { objectDeletionQueries } from "../storage/object-deletions.ts";
import type { InspectedObject } from "./inspect.ts";

/** If the process dies, the copy is deleted when this time has passed. To copy and verify an object never takes longer. Milliseconds. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/** An upload whose object is in the bucket, under `attachment.objectKey`. */
export type StoredUpload = { attachment: Attachment; upload: Upload; stored: InspectedObject };

/**
 * Returns the key of an object that no signed URL can change. So a download contains exactly the bytes that were verified
 * (docs/security-requirements.md, 7). If a signed URL can still overwrite the uploaded object (`upload.staged`), this is the key of a new
 * copy. Each completion makes its own copy. Returns undefined if the uploaded object is missing. The copy is missing if the uploaded object
 * changed while it was copied.
 * Queues the deletion of the copy before it makes the copy. The transaction that attaches the copy cancels this deletion.
 */
export async function stage({ db, bucket, clock }: Deps, upload: Upload): Promise<string | undefined> {
  if (!upload.staged) return upload.objectKey;
  const uploaded = await bucket.head(upload.objectKey);
  if (uploaded === undefined) return undefined;
  const objectKey = bucket.newObjectKey();
  await objectDeletionQueries(db).put({ objectKey, notBefore: clock() + ABANDONED_AFTER_MS });
  const { sizeBytes, contentType } = uploaded;
  await bucket.copy({ from: upload.objectKey, to: objectKey, sizeBytes, contentType });
  return objectKey;
}

/**
 * Makes the deletion of a staged copy due now, if the decision did not attach this copy.
 * Do not call it if the decision throws. Its transaction may have committed, although the response of the database was lost.
 */
export async function discardUnusedCopy(
  { db, clock, onDeletionsQueued }: Deps,
  { staged, decided }: { staged: StoredUpload; decided: Attachment | undefined },
): Promise<void> {
  const { objectKey } = staged.attachment;
  if (!staged.upload.staged || decided?.objectKey === objectKey) return;
  await objectDeletionQueries(db).put({ objectKey, notBefore: clock() });
  onDeletionsQueued();
}
