import type { Logger } from "pino";
import {
  type Bucket,
  type BucketCapabilities,
  describeCapabilities,
  LEAST_CAPABILITIES,
} from "../../platform/bucket/port.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import { bucketCapabilityQueries, objectDeletionQueries } from "./queries.ts";

/** The time for which the result of a probe is valid, in milliseconds. After a day, the operator may have updated the S3 server. */
const KEEP_MS = 86_400_000;
/** The time after which the service deletes the objects of a probe whose process died. A probe takes less than ten minutes. */
const ABANDONED_AFTER_MS = 600_000;

/** The capabilities of the bucket, probed once a day, and stored for all replicas. */
type Capabilities = {
  /** Returns the known capabilities of the bucket. Before the first probe, returns `LEAST_CAPABILITIES`. */
  current(): BucketCapabilities;
  /**
   * Loads the capabilities from the database. If the database has no capabilities or old capabilities, probes the bucket. If the probe
   * fails, rejects with `bucket_unavailable`, and `current` does not change.
   */
  settle(): Promise<BucketCapabilities>;
  ask(): Promise<BucketCapabilities>;
};

/** `place`: identifies the bucket by its endpoint and name. */
export function createCapabilities(options: {
  db: Tx;
  bucket: Pick<Bucket, "newObjectKey" | "tryCapabilities" | "delete">;
  clock: Clock;
  place: string;
}): Capabilities {
  const { db, bucket, clock, place } = options;
  let current = LEAST_CAPABILITIES;

  async function ask(): Promise<BucketCapabilities> {
    const objectKeys = [bucket.newObjectKey(), bucket.newObjectKey(), bucket.newObjectKey()] as const;
    for (const objectKey of objectKeys) {
      await objectDeletionQueries(db).put({ objectKey, notBefore: clock() + ABANDONED_AFTER_MS });
    }
    // The deletions of the probe objects are already queued, so the service deletes the objects even if the probe fails.
    current = await bucket.tryCapabilities(objectKeys);
    const gone = await bucket.delete(objectKeys).catch(() => []);
    for (const objectKey of gone) await objectDeletionQueries(db).cancel(objectKey);
    await bucketCapabilityQueries(db).put({ place, capabilities: current, askedAt: clock() });
    return current;
  }

  return {
    current: () => current,
    ask,
    async settle() {
      const kept = await bucketCapabilityQueries(db).find(place);
      if (kept === undefined || kept.askedAt < clock() - KEEP_MS) return ask();
      current = kept.capabilities;
      return current;
    },
  };
}

/** The pause between two reads of the stored capabilities, because another replica may have probed the bucket. Milliseconds. */
const INTERVAL_MS = 30_000;

/**
 * Finds the capabilities of the bucket, and keeps the stored capabilities up to date. Resolves after the first attempt, even after a
 * failure, so that the service starts even if the bucket is unavailable. Until the bucket responds, the service assumes that the bucket has
 * no capabilities.
 */
export async function startBucketProbe(options: {
  capabilities: Capabilities;
  logger: Logger;
  /** The name of the bucket in the log. */
  name?: string;
  intervalMs?: number;
}): Promise<Loop> {
  const { capabilities, logger, name = "bucket", intervalMs = INTERVAL_MS } = options;
  let logged: string | undefined;

  async function probe(): Promise<void> {
    const line = describeCapabilities(await capabilities.settle(), name);
    if (line !== logged) logger.info(line);
    logged = line;
  }

  function onError(error: unknown): void {
    if (logged !== undefined) return;
    logged = "";
    logger.warn({ err: error }, `${name}: capabilities unknown, so uploads are staged and copied; it is probed again`);
  }

  await probe().catch(onError);
  return startLoop({ round: probe, intervalMs, onError });
}
