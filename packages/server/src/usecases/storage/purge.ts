import type { Attachment } from "../../domain/attachment.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Deps, Queries } from "../ports/index.ts";

export type PlannedDeletion = Parameters<Queries["objectDeletions"]["put"]>[0];

/** Some servers delete one by one, however many are asked for at once: a batch has to fit the time of a call. */
const BATCH = 100;
const RETRY_BASE_MS = 5_000;
const RETRY_MAX_MS = 3_600_000;
/** A signed PUT that began just before its URL died may still be sending: wait this long after the expiry. Milliseconds. */
export const LATE_PUT_GRACE_MS = 300_000;
/** No request lasts this long; whatever has not landed by then never does. Milliseconds. */
const SWEEP_AGAIN_MS = 86_400_000;

/** What has to go from the bucket with an attachment, and when: now, or once nothing can be put there any more. */
export async function planDeletion(
  queries: Queries,
  { attachment, now }: { attachment: Attachment; now: number },
): Promise<PlannedDeletion[]> {
  if (!attachment.ownsObject) return [];
  const upload = await queries.uploads.findOfAttachment(attachment.id);
  const isPut = attachment.objectKey === upload?.objectKey && attachment.state !== "ready";
  const notBefore = isPut ? removableAt({ upload, now }) : now;
  return [{ objectKey: attachment.objectKey, notBefore }];
}

/**
 * Queues what was planned, in the transaction that gave it up and after what else it changes: everyone locks an attachment before the
 * deletion of its object, so that nobody waits in a circle.
 */
export async function queueDeletions(queries: Queries, planned: readonly PlannedDeletion[]): Promise<void> {
  for (const deletion of planned) await queries.objectDeletions.put(deletion);
}

/**
 * When nothing can come under the key of an unfinished upload any more, which would stay there for ever: a PUT while its URL lives;
 * of parts, whose ids die with their upload, only a completion that is under way now.
 */
export function removableAt({ upload, now }: { upload: Upload; now: number }): number {
  const lastWrite = upload.multipart === undefined ? upload.expiresAt : now;
  return Math.max(now, lastWrite + LATE_PUT_GRACE_MS);
}

/**
 * Works off the due part of the deletion outbox and answers how many objects went. Each goes twice, a day apart: what was on its way
 * when its URL died may land after the first time.
 * Deleting what isn't there is harmless, so replicas need no lock; what fails is tried again later, with growing pauses.
 */
export function purgeObjects({ db, bucket, clock }: Deps) {
  return async (): Promise<number> => {
    let purged = 0;
    for (;;) {
      const now = clock();
      const due = await db.objectDeletions.listDue(now, BATCH);
      if (due.length === 0) return purged;
      const objectKeys = due.map((deletion) => deletion.objectKey);
      // A process that was killed, or an upload that ended early, has left parts that no listing of objects shows.
      await bucket.discardParts(objectKeys);
      const gone = new Set(await bucket.delete(objectKeys));
      const times = { now, againAt: now + SWEEP_AGAIN_MS };
      await db.transaction((tx) => tx.objectDeletions.settle([...gone], times));
      purged += gone.size;
      for (const deletion of due) {
        if (gone.has(deletion.objectKey)) continue;
        const pauseMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** deletion.attempts);
        await db.objectDeletions.postpone(deletion, { notBefore: clock() + pauseMs });
      }
    }
  };
}
