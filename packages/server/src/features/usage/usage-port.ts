import type { OwnQuota, Quota, Usage } from "./usage.ts";

/** The user `userId` reserves space in the quota of the owner `ownerId`. */
type Reserving = { objectKey: string; ownerId: string; userId: string; expiresAt: number };

/**
 * The queries for the usage of quotas, and for reservations. A reservation counts a file that has no attachment yet. The queries in
 * `AttachmentQueries` count the files that have one.
 */
export type UsageQueries = {
  find(ownerId: string): Promise<UsageOfOwner>;
  /** Sets a quota for one owner, which replaces the default quota of the service. */
  setQuota(ownerId: string, change: QuotaChange): Promise<void>;
  /** Reserves space in the quota for a file until `expiresAt`. Call it in a transaction. Throws `quota_exceeded`. */
  reserve(reservation: Reserving & { sizeBytes: number }, quota: Quota): Promise<void>;
  /**
   * Adds bytes to a reservation, and sets its new expiry. Call it in a transaction. Throws `quota_exceeded`, or `upload_aborted` if the
   * reservation has expired.
   */
  extend(reservation: Reserving & { moreBytes: number }, quota: Quota): Promise<void>;
  /**
   * Counts deleted files of one owner in the usage until `expiresAt`, because until this instant, a client can store their objects again with
   * signed URLs. Ignores the quota, so it never throws `quota_exceeded`. Idempotent. Call it in the transaction that deletes the files.
   */
  hold(...files: { objectKey: string; ownerId: string; sizeBytes: number; expiresAt: number }[]): Promise<void>;
  /** Releases a reservation. Idempotent. Call it in a transaction. */
  release(objectKey: string): Promise<void>;
  /** Releases expired reservations, at most `limit`. Returns the number of released reservations. Call it in a transaction. */
  releaseExpired(now: number, limit: number): Promise<number>;
  /**
   * Lists the owners whose usage counter differs from the sum of their rows, in the order of the owners' ids. Reads the counters and the
   * rows at the same instant.
   */
  listDrifts(page: { after: string; limit: number }): Promise<UsageDrift[]>;
  /** Sets the usage counter of an owner to the sum of the rows. Call it in a transaction. */
  recount(ownerId: string): Promise<void>;
};

/** A change of an owner's quota. Undefined: no change. Null: the default quota of the service applies again. */
export type QuotaChange = { [Name in keyof OwnQuota]?: number | null | undefined };

export type UsageOfOwner = Usage & OwnQuota;

/** `counted` is the usage counter of the owner. `actual` is the sum of the rows. */
export type UsageDrift = { ownerId: string; counted: Usage; actual: Usage };
