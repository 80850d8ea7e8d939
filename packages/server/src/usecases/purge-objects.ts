import type { Attachment } from "../domain/attachment.ts";
import type { Deps, Queries } from "./ports.ts";

const BATCH = 500;
const RETRY_BASE_MS = 5_000;
const RETRY_MAX_MS = 3_600_000;
/** A signed PUT that began just before its URL died may still be sending: wait this long after the expiry. Milliseconds. */
export const LATE_PUT_GRACE_MS = 300_000;

/** Queues the deletion of an attachment's object: now, or once nothing can be put under its key any more. */
export async function queueDeletion(queries: Queries, options: { attachment: Attachment; now: number }): Promise<void> {
  const { attachment, now } = options;
  if (!attachment.ownsObject) return;
  const upload = await queries.uploads.findOfAttachment(attachment.id);
  // A URL signed for this upload may still be alive: an object put after the deletion would stay for ever.
  const notBefore =
    upload !== undefined && attachment.state !== "ready" ? Math.max(now, upload.expiresAt + LATE_PUT_GRACE_MS) : now;
  await queries.objectDeletions.put({ objectKey: attachment.objectKey, notBefore });
}

/**
 * Works off the due part of the deletion outbox and answers how many objects went.
 * Deleting twice is harmless, so replicas need no lock; what fails is tried again later, with growing pauses.
 */
export function purgeObjects({ db, bucket, clock }: Deps) {
  return async (): Promise<number> => {
    let purged = 0;
    for (;;) {
      const due = await db.objectDeletions.listDue(clock(), BATCH);
      if (due.length === 0) return purged;
      const objectKeys = due.map((deletion) => deletion.objectKey);
      // A process that was killed in a form upload has left parts that no listing of objects shows.
      await bucket.discardParts(objectKeys);
      const gone = new Set(await bucket.delete(objectKeys));
      await db.objectDeletions.remove([...gone]);
      purged += gone.size;
      for (const deletion of due) {
        if (gone.has(deletion.objectKey)) continue;
        const pauseMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** deletion.attempts);
        await db.objectDeletions.postpone(deletion.objectKey, { notBefore: clock() + pauseMs });
      }
    }
  };
}
