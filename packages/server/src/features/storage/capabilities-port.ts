import type { BucketCapabilities } from "../../platform/bucket/port.ts";

/**
 * Stores the capabilities that the service has probed, for each bucket. `place` is the endpoint and name of the bucket. Instants are
 * milliseconds since the epoch.
 */
export type BucketCapabilityQueries = {
  find(place: string): Promise<{ capabilities: BucketCapabilities; askedAt: number } | undefined>;
  put(answer: { place: string; capabilities: BucketCapabilities; askedAt: number }): Promise<void>;
};
