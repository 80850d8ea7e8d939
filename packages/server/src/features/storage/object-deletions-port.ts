/** A queued deletion of an object. */
export type ObjectDeletion = {
  objectKey: string;
  /**
   * The deletion does not run before this instant, because a client could store the object again while its signed PUT is valid.
   * Milliseconds since the epoch.
   */
  notBefore: number;
  attempts: number;
};

/**
 * The durable outbox of object deletions. Each deletion runs twice, a day apart, in case a PUT was still in flight the first time
 * (docs/security-requirements.md, 10).
 */
export type ObjectDeletionQueries = {
  /**
   * Queues deletions of different keys. If a deletion of a key is already queued, moves it to `notBefore`. The deletion then runs twice from
   * there.
   */
  put(...deletions: { objectKey: string; notBefore: number }[]): Promise<void>;
  find(objectKey: string): Promise<ObjectDeletion | undefined>;
  /** Cancels a deletion. Call it only before the deletion is due, because a due deletion may already be running. */
  cancel(objectKey: string): Promise<void>;
  /**
   * Lists the due deletions. Never lists the object of an attachment that still exists, so a deletion that was queued by mistake deletes no
   * file.
   */
  listDue(now: number, limit: number): Promise<ObjectDeletion[]>;
  /**
   * Records deletions that ran. After the first run, makes the deletion due for its second run at `againAt`. After the second run, removes
   * its row.
   * Call it in a transaction.
   */
  settle(objectKeys: readonly string[], times: { now: number; againAt: number }): Promise<void>;
  /** Makes a deletion due later. Does nothing if the deletion has changed since the caller read it. */
  postpone(seen: ObjectDeletion, change: { notBefore: number }): Promise<void>;
};
