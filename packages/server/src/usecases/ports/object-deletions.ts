/** An object that has to go from the bucket: the durable outbox of deletions. */
export type ObjectDeletion = {
  objectKey: string;
  /** Not before this instant: while a signed PUT lives, deleting would be in vain. Milliseconds since the epoch. */
  notBefore: number;
  attempts: number;
};

/**
 * Every object goes twice, the second time long after nobody can put anything under its key any more: a PUT that began while its URL
 * lived may arrive after the first time (SECURITY-REQUIREMENTS 10).
 */
export type ObjectDeletionQueries = {
  /** Queues a deletion, or moves the queued one of this key to `notBefore` and has it done anew. */
  put(deletion: { objectKey: string; notBefore: number }): Promise<void>;
  find(objectKey: string): Promise<ObjectDeletion | undefined>;
  /** Takes one back: the object is wanted after all. In time only while it is not due: what is due may be on its way to the bucket. */
  cancel(objectKey: string): Promise<void>;
  /** Never the object of a file that is there or coming, whatever was queued: what a bug or a lost answer queued loses nobody's file. */
  listDue(now: number, limit: number): Promise<ObjectDeletion[]>;
  /** Of those that were due `now` and are gone: the first time moves to `againAt`, the second one ends. In a transaction. */
  settle(objectKeys: readonly string[], times: { now: number; againAt: number }): Promise<void>;
  /** Does nothing when the deletion is not as it was seen any more. */
  postpone(seen: ObjectDeletion, change: { notBefore: number }): Promise<void>;
};
