/** A queued deletion of an object. */
export type ObjectDeletion = {
  objectKey: string;
  /**
   * The deletion does not run before this instant. While a signed PUT is valid, a client could store the object again. Milliseconds since
   * the epoch.
   */
  notBefore: number;
  attempts: number;
};

/**
 * The durable outbox of object deletions. Each deletion runs twice, a day apart, in case a PUT was still in flight the first time
 * (docs/security-requirements.md, 10).
 */
export type ObjectDeletionQueries = {
  /** Queues a deletion. If this key already has a queued deletion, moves that deletion to `notBefore` and restarts it. */
  put(deletion: { objectKey: string; notBefore: number }): Promise<void>;
  find(objectKey: string): Promise<ObjectDeletion | undefined>;
  /** Cancels a deletion. Safe only before it is due, because a due deletion may already be running. */
  cancel(objectKey: string): Promise<void>;
  /**
   * Lists the due deletions. Never lists the object of an existing attachment, so a deletion that was queued by mistake deletes no file.
   */
  listDue(now: number, limit: number): Promise<ObjectDeletion[]>;
  /**
   * Records deletions that ran. After the first run, the deletion is due again at `againAt`. After the second run, its row is removed.
   * Call it in a transaction.
   */
  settle(objectKeys: readonly string[], times: { now: number; againAt: number }): Promise<void>;
  /** Makes a deletion due later. Does nothing if the deletion has changed since the caller read it. */
  postpone(seen: ObjectDeletion, change: { notBefore: number }): Promise<void>;
};
