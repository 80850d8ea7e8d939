/** The sizes of the queues, for the metrics. */
export type QueueSizes = {
  /** The object deletions that are due, and how long the oldest has been due. Milliseconds. */
  dueDeletions: number;
  oldestDueDeletionMs: number;
  /** The queued verifications, and how long the oldest has been due. Milliseconds. */
  verifications: number;
  oldestDueVerificationMs: number;
  /** The mails that wait, how long the oldest of them waits, and the mails that failed finally in the last 30 days. Milliseconds. */
  mails: number;
  oldestMailMs: number;
  mailsGivenUp: number;
  /** The webhook deliveries that wait, and how long the oldest of them waits. Milliseconds. */
  webhooks: number;
  oldestWebhookMs: number;
  /** The uploads that have not ended, by state. */
  uploads: { pending: number; verifying: number; scanning: number };
};

export type QueueQueries = { measure(now: number): Promise<QueueSizes> };
