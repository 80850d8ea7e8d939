/** A queued deletion of an object. */
export type ObjectDeletion = {
  objectKey: string;
  /** While a signed PUT is valid, the object could be stored again after its deletion. Milliseconds since the epoch. */
  notBefore: number;
  attempts: number;
};

/**
 * The durable outbox of deletions. Each deletion runs twice, a day apart, in case a PUT was still in flight the first time
 * (docs/security-requirements.md, 10).
 */
export type ObjectDeletionQueries = {
  /** Queues a deletion. If this key already has a queued deletion, moves that deletion to `notBefore` and restarts it. */
  put(deletion: { objectKey: string; notBefore: number }): Promise<void>;
  find(objectKey: string): Promise<ObjectDeletion | undefined>;
  /** Cancels a deletion. Safe only before it is due, because a due deletion may already be running. */
  cancel(objectKey: string): Promise<void>;
  /** Lists the due deletions. Never lists the object of a live attachment, so a wrongly queued deletion deletes no file. */
  listDue(now: number, limit: number): Promise<ObjectDeletion[]>;
  /**
   * Records deletions that ran. After the first run, the deletion is due again at `againAt`. After the second run, its row is removed.
   * Call it in a transaction.
   */
  settle(objectKeys: readonly string[], times: { now: number; againAt: number }): Promise<void>;
  /** Makes a deletion due later. Does nothing when the deletion has changed since it was read. */
  postpone(seen: ObjectDeletion, change: { notBefore: number }): Promise<void>;
};
