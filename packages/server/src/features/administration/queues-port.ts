/** The sizes of the queues, for the metrics. */
export type QueueSizes = {
  /** The number of object deletions that are due, and how long the oldest of them has been due. Milliseconds. */
  dueDeletions: number;
  oldestDueDeletionMs: number;
  /** The number of queued verifications, and how long the oldest of them has been due. Milliseconds. */
  verifications: number;
  oldestDueVerificationMs: number;
  /**
   * The number of mails that wait to be sent, and how long the oldest of them has waited (milliseconds). `mailsGivenUp`: the number of
   * mails that the service stopped trying to send in the last 30 days.
   */
  mails: number;
  oldestMailMs: number;
  mailsGivenUp: number;
  /** The number of webhook deliveries that wait, and how long the oldest of them has waited. Milliseconds. */
  webhooks: number;
  oldestWebhookMs: number;
  /** The number of uploads that have not ended, by state. */
  uploads: { pending: number; verifying: number; scanning: number };
};

export type QueueQueries = { measure(now: number): Promise<QueueSizes> };
