import { isBeingChecked } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Bucket, Deps, Queries } from "../ports/index.ts";
import { LATE_PUT_GRACE_MS, removableAt } from "../storage/purge.ts";
import { moveUpload } from "./transition.ts";

const BATCH = 500;
/** An upload goes from pending over being checked to its end, so at the third look it has one. */
const MAX_LOOKS = 3;

/**
 * Gives an upload up: its URL may live on for a while, but what it puts is removed. Doing it twice is fine.
 * Throws `upload_not_found`, and `upload_not_pending` when it is complete.
 */
export function abortUpload({ db, bucket, clock, onDeletionsQueued }: Deps) {
  return async (caller: Caller, uploadId: string): Promise<void> => {
    const upload = await db.transaction(async (tx) => {
      for (let looks = 0; looks < MAX_LOOKS; looks++) {
        const upload = await findOwnUpload(tx, { caller, uploadId });
        const { attachmentId, state: from } = upload;
        if (from === "ready") {
          throw new DomainError("upload_not_pending", "The upload is complete; delete the attachment instead.");
        }
        if (from !== "pending" && !isBeingChecked(from)) return upload;
        // A completion or a check may have come in between, and then it counts: look again at what it made of it.
        if (!(await moveUpload(tx, { attachmentId, uploadId, from, to: "aborted" }))) continue;
        await queueRemoval(tx, { upload, now: clock() });
        return upload;
      }
      throw new DomainError("upload_not_pending", "The upload is about to end by itself; look again in a moment.");
    });
    await removeNow(bucket, upload);
    onDeletionsQueued();
  };
}

/** Ends uploads whose time is over without a completion, and removes what they have put. Answers how many. */
export function expireUploads(deps: Deps) {
  const { db, clock } = deps;
  return async (): Promise<number> => {
    const now = clock();
    // Of forms whose process died; what they have put goes with the deletion that was queued before.
    await db.transaction((tx) => tx.usage.releaseExpired(now));
    let expired = 0;
    for (;;) {
      const abandoned = await db.uploads.listAbandoned(now - LATE_PUT_GRACE_MS, BATCH);
      const before = expired;
      for (const upload of abandoned) if (await expire(deps, { upload, now })) expired += 1;
      // Those that another replica was faster with are not listed again.
      if (abandoned.length < BATCH || expired === before) return expired;
    }
  };
}

async function expire({ db, bucket }: Deps, { upload, now }: { upload: Upload; now: number }): Promise<boolean> {
  const expired = await db.transaction(async (tx) => {
    const { id: uploadId, attachmentId } = upload;
    if (!(await moveUpload(tx, { attachmentId, uploadId, from: "pending", to: "expired" }))) return false;
    await queueRemoval(tx, { upload, now });
    return true;
  });
  if (expired && upload.multipart !== undefined) await removeNow(bucket, upload);
  return expired;
}

/** Queues the removal of whatever this upload has put, for when nothing more can come; and of its copy, if it has come that far. */
export async function queueRemoval(queries: Queries, options: { upload: Upload; now: number }): Promise<void> {
  const { upload, now } = options;
  await queries.objectDeletions.put({ objectKey: upload.objectKey, notBefore: removableAt(options) });
  const attachment = upload.staged ? await queries.attachments.find(upload.attachmentId) : undefined;
  if (attachment === undefined || attachment.objectKey === upload.objectKey) return;
  await queries.objectDeletions.put({ objectKey: attachment.objectKey, notBefore: now });
}

/** Spares the space until the queued removal, which also catches what comes late; so a failure here is none. */
export async function removeNow(
  bucket: Bucket,
  { objectKey, multipart }: Pick<Upload, "objectKey" | "multipart">,
): Promise<void> {
  if (multipart !== undefined) {
    await bucket.abortMultipart({ objectKey, bucketUploadId: multipart.bucketUploadId }).catch(() => undefined);
  }
  await bucket.delete([objectKey]).catch(() => []);
}

/** Someone else's upload is as unknown as one that isn't there. */
export async function findOwnUpload(queries: Queries, request: { caller: Caller; uploadId: string }): Promise<Upload> {
  const upload = await queries.uploads.find(request.uploadId);
  if (upload === undefined || upload.userId !== request.caller.userId) {
    throw new DomainError("upload_not_found", "Upload not found");
  }
  return upload;
}

/** The refusal of what only an upload under way allows. */
export function over(upload: Upload): DomainError {
  return new DomainError("upload_not_pending", `The upload is over (${upload.state}); start a new one.`);
}
