import type { OwnQuota, Quota, Usage } from "../../domain/usage.ts";

/** The user `userId` reserves capacity in the quota of `ownerId`. */
type Reserving = { objectKey: string; ownerId: string; userId: string; expiresAt: number };

/** Usage and reservations. AttachmentQueries counts files that have an attachment. A reservation counts a file that has no attachment yet. */
export type UsageQueries = {
  find(ownerId: string): Promise<UsageOfOwner>;
  /** Changes the quota that one owner has instead of the default quota of the service. */
  setQuota(ownerId: string, change: QuotaChange): Promise<void>;
  /** Reserves capacity for a file until `expiresAt`. Call it in a transaction. Throws `quota_exceeded`. */
  reserve(reservation: Reserving & { sizeBytes: number }, quota: Quota): Promise<void>;
  /**
   * Reserves more bytes, until a later instant. Call it in a transaction. Throws `quota_exceeded`. Throws `upload_aborted` if the
   * reservation has expired.
   */
  extend(reservation: Reserving & { moreBytes: number }, quota: Quota): Promise<void>;
  /**
   * Counts a deleted file until `expiresAt`, because a signed URL can store its object again. Ignores the quota, so it never fails.
   * Idempotent. Call it in the transaction that deletes the file.
   */
  hold(file: { objectKey: string; ownerId: string; sizeBytes: number; expiresAt: number }): Promise<void>;
  /** Releases a reservation. Idempotent. Call it in a transaction. */
  release(objectKey: string): Promise<void>;
  /** Releases the expired reservations. Returns their number. Call it in a transaction. */
  releaseExpired(now: number): Promise<number>;
  /**
   * Lists the owners whose counter differs from the sum of their rows, in the order of their ids. It reads the counters and
   * the rows at one moment.
   */
  listDrifts(page: { after: string; limit: number }): Promise<UsageDrift[]>;
  /** Sets the counter to the sum of the rows. Call it in a transaction. */
  recount(ownerId: string): Promise<void>;
};

/** Undefined: no change. Null: the quota of the service applies again. */
export type QuotaChange = { [Name in keyof OwnQuota]?: number | null | undefined };

export type UsageOfOwner = Usage & OwnQuota;

/** `counted` is the counter. `actual` is the sum of the rows. */
export type UsageDrift = { ownerId: string; counted: Usage; actual: Usage };
