import { type BucketCapabilities, LEAST_CAPABILITIES } from "../../domain/bucket-capabilities.ts";
import type { Bucket, Clock, Database } from "../ports/index.ts";

/** How long a result is valid, because a server may be updated. Milliseconds. */
const KEEP_MS = 86_400_000;
/** Longer than a probe takes. If the objects of a probe still exist after this time, the process of the probe has died. Milliseconds. */
const ABANDONED_AFTER_MS = 600_000;

/** The capabilities of the bucket: probed once a day, and stored in the database for all replicas. */
export type Capabilities = {
  /** Returns the known capabilities. Before the first probe, these are `LEAST_CAPABILITIES`. */
  current(): BucketCapabilities;
  /**
   * Loads the capabilities from the database, or probes the bucket. If this fails, rejects with `bucket_unavailable`, and `current` does
   * not change.
   */
  settle(): Promise<BucketCapabilities>;
  /** Probes the bucket. */
  ask(): Promise<BucketCapabilities>;
};

/** `place` identifies the bucket: its endpoint and name. */
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
    // The deletions of the objects are already queued, so they are deleted even if the probe fails.
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
