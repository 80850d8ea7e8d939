import type { BucketCapabilities } from "../../domain/bucket-capabilities.ts";

/** What buckets were found to do, by the place that an answer is about. Instants are milliseconds since the epoch. */
export type BucketCapabilityQueries = {
  find(place: string): Promise<{ capabilities: BucketCapabilities; askedAt: number } | undefined>;
  put(answer: { place: string; capabilities: BucketCapabilities; askedAt: number }): Promise<void>;
};
