import { setTimeout as sleep } from "node:timers/promises";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment, Upload } from "../access/attachment.ts";
import { usageQueries } from "../usage/queries.ts";
import { usesCapacity } from "../usage/usage.ts";
import { inventoryQueries, objectDeletionQueries, type PlannedDeletion } from "./queries.ts";

/** The maximum number of objects in one call to the bucket. Some servers delete the objects one by one, within the timeout of the call. */
const BATCH = 100;

const RETRY_BASE_MS = 5_000;

const RETRY_MAX_MS = 3_600_000;

/**
 * The time after the expiry of its URL in which a signed PUT may still send bytes. The time is longer than LATE_BODY_MS of s3-local.
 * Milliseconds.
 */
export const LATE_PUT_GRACE_MS = 300_000;

/** The time between the two runs of a deletion, in milliseconds. No late PUT takes so long, so the second run deletes its object. */
const SECOND_DELETION_MS = 86_400_000;

/** A file that is deleted or whose upload has ended. `upload`: the latest upload of the file, or undefined for a file without an upload. */
export type EndedFile = { attachment: Attachment; upload: Upload | undefined; now: number };

/** Plans the deletion of an attachment's object. The deletion is due now, or when no signed URL can write to the object any more. */
export function planDeletion({ attachment, upload, now }: EndedFile): PlannedDeletion[] {
  const { ownsObject, objectKey, ownerId, sizeBytes, state } = attachment;
  if (!ownsObject) return [];
  // A signed PUT of a file works until its URL expires. A signed PUT of a part does not work after the end of its upload.
  const isOver = state === "ready" || state === "quarantined" || !usesCapacity(state);
  const isWritable = objectKey === upload?.objectKey && (upload.multipart === undefined || !isOver);
  const notBefore = isWritable ? deletableAt({ upload, now }) : now;
  return [{ objectKey, notBefore, ownerId, sizeBytes }];
}

/**
 * Queues planned deletions of objects of one owner, in the transaction that ends the upload or deletes the attachment. Until a deletion is
 * due, the object still counts in the quota, because a signed URL can store the object again. The caller must call `queueDeletions` last in
 * the transaction. To avoid a deadlock, every transaction first locks the attachment, and then the deletion of the object.
 */
export async function queueDeletions(
  queries: Tx,
  { planned, now }: { planned: readonly PlannedDeletion[]; now: number },
): Promise<void> {
  const waiting = planned.filter(({ notBefore }) => notBefore > now);
  await usageQueries(queries).hold(...waiting.map(({ notBefore, ...file }) => ({ ...file, expiresAt: notBefore })));
  await objectDeletionQueries(queries).put(...planned);
}

/**
 * Deletes the objects of deletions that are not due yet, so that nobody can read the objects in the meantime. The caller must call
 * `deleteWaiting` after the commit. Ignores failures, because the queued deletions will delete the objects later.
 */
async function deleteWaiting(
  { bucket }: Deps,
  { planned, now }: { planned: readonly PlannedDeletion[]; now: number },
): Promise<void> {
  const waiting = planned.filter(({ notBefore }) => notBefore > now).map(({ objectKey }) => objectKey);
  for (let at = 0; at < waiting.length; at += BATCH) await bucket.delete(waiting.slice(at, at + BATCH)).catch(() => []);
}

/**
 * Returns the first instant at which no HTTP request can write the object of an upload any more. A PUT of the whole file can write the
 * object until the URL of the PUT expires. After an abort of a multipart upload, only a running completion can write the object.
 */
export function deletableAt({ upload, now }: { upload: Upload; now: number }): number {
  const lastWrite = upload.multipart === undefined ? upload.expiresAt : now;
  return Math.max(now, lastWrite + LATE_PUT_GRACE_MS);
}

/** The time after which an object without an attachment is abandoned, in milliseconds. No copy and no verification takes a day. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/**
 * Queues the deletion of an object before it is stored, in case the process dies. A transaction that uses the object cancels the deletion.
 */
export function deleteIfAbandoned({ db, clock }: Deps, objectKey: string): Promise<void> {
  return objectDeletionQueries(db).put({ objectKey, notBefore: clock() + ABANDONED_AFTER_MS });
}

/** Makes the deletion from `deleteIfAbandoned` due, and releases the reservation. Ignores failures, because the service retries. */
export async function deleteAbandoned({ db, clock, onDeletionsQueued }: Deps, objectKey: string): Promise<void> {
  const work = async (tx: Tx) => {
    await objectDeletionQueries(tx).put({ objectKey, notBefore: clock() });
    await usageQueries(tx).release(objectKey);
  };
  await db.transaction(work, { freesSpace: true }).catch(() => undefined);
  onDeletionsQueued();
}

/** Copies an object, so that no signed URL can change the copy. Returns the key of the copy. The service soon deletes a failed copy. */
export async function copyAside(
  deps: Deps,
  { objectKey: from, sizeBytes, contentType }: { objectKey: string; sizeBytes: number; contentType: string },
): Promise<string> {
  const objectKey = deps.bucket.newObjectKey(from);
  await deleteIfAbandoned(deps, objectKey);
  try {
    await deps.bucket.copy({ from, to: objectKey, sizeBytes, contentType });
    return objectKey;
  } catch (error) {
    await deleteAbandoned(deps, objectKey);
    throw error;
  }
}

/**
 * Runs the due deletions of the outbox. Returns the number of deleted objects. Each deletion runs twice, a day apart, in case a PUT was
 * still in flight at the first run. Replicas need no lock, because two replicas may delete one object: the deletion of a missing object
 * does no harm. If a deletion fails, the service tries the deletion again after longer and longer pauses.
 */
export function purgeObjects({ db, bucket, clock }: Deps) {
  return async (): Promise<number> => {
    let purged = 0;
    for (;;) {
      const now = clock();
      const due = await objectDeletionQueries(db).listDue(now, BATCH);
      if (due.length === 0) return purged;
      const objectKeys = due.map((deletion) => deletion.objectKey);
      // After a move, the old bucket still has a copy of the file.
      const copies = await unusedCopies({ db, bucket }, objectKeys);
      // A killed process or an aborted upload may leave parts in the bucket. A list of objects does not contain the parts of uploads.
      await bucket.discardParts([...objectKeys, ...copies]);
      const deleted = new Set(await bucket.delete([...objectKeys, ...copies]));
      const left = new Set(copies.filter((key) => !deleted.has(key)).flatMap(bucket.copiesOf));
      const gone = new Set(objectKeys.filter((key) => deleted.has(key) && !left.has(key)));
      const times = { now, againAt: now + SECOND_DELETION_MS };
      await db.transaction((tx) => objectDeletionQueries(tx).settle([...gone], times), { freesSpace: true });
      purged += gone.size;
      for (const deletion of due) {
        if (gone.has(deletion.objectKey)) continue;
        const pauseMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** deletion.attempts);
        await objectDeletionQueries(db).postpone(deletion, { notBefore: clock() + pauseMs });
      }
    }
  };
}

/** Returns the keys of the objects' copies in the other buckets, without the copies that an attachment or a preview uses. */
async function unusedCopies({ db, bucket }: Pick<Deps, "db" | "bucket">, objectKeys: string[]): Promise<string[]> {
  const copies = objectKeys.flatMap((objectKey) => bucket.copiesOf(objectKey));
  if (copies.length === 0) return [];
  const used = await inventoryQueries(db).inUse(copies);
  return copies.filter((objectKey) => !used.has(objectKey));
}

/** The time that a caller waits for a deletion, in milliseconds. The deletion is also queued. */
const WAIT_MS = 250;

/** Runs `work` in a transaction. `work` queues deletions of objects at `now`, and returns them. After the commit, starts the deletions. */
export async function releaseObjects(
  deps: Deps,
  work: (tx: Tx, now: number) => Promise<PlannedDeletion[]>,
): Promise<void> {
  const now = deps.clock();
  const planned = await deps.db.transaction((tx) => work(tx, now), { freesSpace: true });
  if (planned.length > 0) deps.onDeletionsQueued();
  await forAMoment(deleteWaiting(deps, { planned, now }));
}

/** Waits a short time for a deletion that never rejects. A slow bucket does not delay the caller. */
export async function forAMoment(deletion: Promise<unknown>): Promise<void> {
  const waited = new AbortController();
  const late = sleep(WAIT_MS, undefined, { signal: waited.signal, ref: false }).catch(() => undefined);
  await Promise.race([deletion, late]);
  waited.abort();
}
