import type { Attachment } from "../../domain/attachment.ts";
import type { Upload } from "../../domain/upload.ts";
import { usesCapacity } from "../../domain/usage.ts";
import type { Deps, Queries } from "../ports/index.ts";

/** A planned deletion. Until `notBefore`, the `sizeBytes` of the object count in the quota of `ownerId`. */
export type PlannedDeletion = { objectKey: string; notBefore: number; ownerId: string; sizeBytes: number };

/** Some servers delete the keys of a batch one by one, so a batch must fit into the timeout of one call. */
const BATCH = 100;
const RETRY_BASE_MS = 5_000;
const RETRY_MAX_MS = 3_600_000;
/** How long a signed PUT may continue after its URL expires. It must stay longer than LATE_BODY_MS of s3-local. Milliseconds. */
export const LATE_PUT_GRACE_MS = 300_000;
/**
 * The time between the two deletions of an object. No late PUT lasts longer than this, so the second deletion deletes the object of every
 * late PUT. Milliseconds.
 */
const SECOND_DELETION_MS = 86_400_000;

/** Plans to delete the object of an attachment: now, or when no signed URL can write to it any more. */
export async function planDeletion(
  queries: Queries,
  { attachment, now }: { attachment: Attachment; now: number },
): Promise<PlannedDeletion[]> {
  const { id, ownsObject, objectKey, ownerId, sizeBytes, state } = attachment;
  if (!ownsObject) return [];
  const upload = await queries.uploads.findOfAttachment(id);
  // A signed PUT works until its URL expires, even after the upload has ended. Parts do not work after the end of their upload.
  const isOver = state === "ready" || state === "quarantined" || !usesCapacity(state);
  const isWritable = objectKey === upload?.objectKey && (upload.multipart === undefined || !isOver);
  const notBefore = isWritable ? deletableAt({ upload, now }) : now;
  return [{ objectKey, notBefore, ownerId, sizeBytes }];
}

/**
 * Queues planned deletions, in the transaction that ends the upload or deletes the attachment. Until a deletion is due, the object
 * still counts in the quota, because a signed URL can store it again.
 * Call it last: every transaction locks an attachment before the deletion of its object, to avoid a deadlock.
 */
export async function queueDeletions(
  queries: Queries,
  { planned, now }: { planned: readonly PlannedDeletion[]; now: number },
): Promise<void> {
  for (const { objectKey, notBefore, ownerId, sizeBytes } of planned) {
    if (notBefore > now) await queries.usage.hold({ objectKey, ownerId, sizeBytes, expiresAt: notBefore });
    await queries.objectDeletions.put({ objectKey, notBefore });
  }
}

/**
 * Some queued deletions wait until a signed URL expires. This function deletes the objects of these deletions now, so that nobody can
 * read them until then. Call it after the commit.
 * Ignores failures, because the queued deletions will delete these objects later.
 */
export async function deleteWaiting(
  { bucket }: Pick<Deps, "bucket">,
  { planned, now }: { planned: readonly PlannedDeletion[]; now: number },
): Promise<void> {
  const waiting = planned.filter(({ notBefore }) => notBefore > now).map(({ objectKey }) => objectKey);
  for (let at = 0; at < waiting.length; at += BATCH) {
    await bucket.delete(waiting.slice(at, at + BATCH)).catch(() => []);
  }
}

/**
 * The first instant at which no request can write to the object of an upload any more. A PUT can write until its URL
 * expires. Parts can't write after their upload is aborted, but a completion may be in progress now.
 */
export function deletableAt({ upload, now }: { upload: Upload; now: number }): number {
  const lastWrite = upload.multipart === undefined ? upload.expiresAt : now;
  return Math.max(now, lastWrite + LATE_PUT_GRACE_MS);
}

/**
 * Runs the due deletions of the outbox. Returns the number of deleted objects. Each deletion runs twice, a day apart, in case a PUT was
 * still in flight.
 * Deleting a missing object is harmless, so replicas need no lock. A failed deletion is retried after growing pauses.
 */
export function purgeObjects({ db, bucket, clock }: Deps) {
  return async (): Promise<number> => {
    let purged = 0;
    for (;;) {
      const now = clock();
      const due = await db.objectDeletions.listDue(now, BATCH);
      if (due.length === 0) return purged;
      const objectKeys = due.map((deletion) => deletion.objectKey);
      // A killed process or an aborted upload may leave parts in the bucket, which no list of objects contains.
      await bucket.discardParts(objectKeys);
      const gone = new Set(await bucket.delete(objectKeys));
      const times = { now, againAt: now + SECOND_DELETION_MS };
      await db.transaction((tx) => tx.objectDeletions.settle([...gone], times), { freesSpace: true });
      purged += gone.size;
      for (const deletion of due) {
        if (gone.has(deletion.objectKey)) continue;
        const pauseMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** deletion.attempts);
        await db.objectDeletions.postpone(deletion, { notBefore: clock() + pauseMs });
      }
    }
  };
}
