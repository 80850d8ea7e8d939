/** The work that waits, for the metrics. */
export type QueueSizes = {
  /** The deletions of objects that are due, and how long the oldest has been due. Milliseconds. */
  dueDeletions: number;
  oldestDueDeletionMs: number;
  /** The queued verifications, and how long the oldest has been due. Milliseconds. */
  verifications: number;
  oldestDueVerificationMs: number;
  /** The uploads that have not ended, by state. */
  uploads: { pending: number; verifying: number; scanning: number };
};

export type QueueQueries = { measure(now: number): Promise<QueueSizes> };
