import { type BucketCapabilities, LEAST_CAPABILITIES } from "../../domain/bucket-capabilities.ts";
import type { Bucket, Clock, Database } from "../ports/index.ts";

/** How long an answer counts: a server is updated now and then. Milliseconds. */
const KEEP_MS = 86_400_000;
/** Longer than asking takes: whoever died over it has left what it tried with. Milliseconds. */
const ABANDONED_AFTER_MS = 600_000;

/** What is known of the bucket, for all replicas: asked once a day, and kept in the database. */
export type Capabilities = {
  /** What counts now; the least until the bucket has been asked. */
  current(): BucketCapabilities;
  /** Makes it known: from the database, or by asking the bucket. Rejects with `bucket_unavailable`, and `current` stays what it was. */
  settle(): Promise<BucketCapabilities>;
  /** Asks the bucket in any case. */
  ask(): Promise<BucketCapabilities>;
};

/** `place`: what the answer is about, such as the endpoint and the name of the bucket. */
export function createCapabilities(options: {
  db: Pick<Database, "bucketCapabilities" | "objectDeletions">;
  bucket: Pick<Bucket, "newObjectKey" | "tryCapabilities" | "delete">;
  clock: Clock;
  place: string;
}): Capabilities {
  const { db, bucket, clock, place } = options;
  let current = LEAST_CAPABILITIES;

  async function ask(): Promise<BucketCapabilities> {
    const objectKeys = [bucket.newObjectKey(), bucket.newObjectKey(), bucket.newObjectKey()] as const;
    for (const objectKey of objectKeys) {
      await db.objectDeletions.put({ objectKey, notBefore: clock() + ABANDONED_AFTER_MS });
    }
    // What an attempt that fails has left, or has still on its way, the queued deletions remove.
    current = await bucket.tryCapabilities(objectKeys);
    const gone = await bucket.delete(objectKeys).catch(() => []);
    for (const objectKey of gone) await db.objectDeletions.cancel(objectKey);
    await db.bucketCapabilities.put({ place, capabilities: current, askedAt: clock() });
    return current;
  }

  return {
    current: () => current,
    ask,
    async settle() {
      const kept = await db.bucketCapabilities.find(place);
      if (kept === undefined || kept.askedAt < clock() - KEEP_MS) return ask();
      current = kept.capabilities;
      return current;
    },
  };
}
