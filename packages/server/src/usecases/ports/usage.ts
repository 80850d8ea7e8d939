import type { OwnQuota, Quota, Usage } from "../../domain/usage.ts";

/** `userId` reserves capacity in the quota of `ownerId`. */
type Reserving = { objectKey: string; ownerId: string; userId: string; expiresAt: number };

/** Usage and reservations. AttachmentQueries counts files with an attachment. A reservation counts a file that has none yet. */
export type UsageQueries = {
  find(ownerId: string): Promise<UsageOfOwner>;
  /** Changes the own quota of an owner. */
  setQuota(ownerId: string, change: QuotaChange): Promise<void>;
  /** Reserves capacity for a file until `expiresAt`. In a transaction. Throws `quota_exceeded`. */
  reserve(reservation: Reserving & { sizeBytes: number }, quota: Quota): Promise<void>;
  /**
   * Reserves more, and until a later instant. In a transaction. Throws `quota_exceeded`. Throws `upload_aborted` if the reservation has
   * expired.
   */
  extend(reservation: Reserving & { moreBytes: number }, quota: Quota): Promise<void>;
  /**
   * Counts a deleted file until `expiresAt`, because a signed URL can store its object again. Beyond the quota too, so it never fails.
   * Idempotent. In the transaction that deletes the file.
   */
  hold(file: { objectKey: string; ownerId: string; sizeBytes: number; expiresAt: number }): Promise<void>;
  /** Releases a reservation. Idempotent. In a transaction. */
  release(objectKey: string): Promise<void>;
  /** Releases the expired reservations. Returns their number. In a transaction. */
  releaseExpired(now: number): Promise<number>;
  /** Owners whose counter differs from the sum of their rows, at one moment, in the order of their ids. */
  listDrifts(page: { after: string; limit: number }): Promise<UsageDrift[]>;
  /** Sets the counter to the sum of the rows. In a transaction. */
  recount(ownerId: string): Promise<void>;
};

/** Undefined: it stays. Null: the quota of the service applies again. */
export type QuotaChange = { [Name in keyof OwnQuota]?: number | null | undefined };

export type UsageOfOwner = Usage & OwnQuota;

/** `counted` is the counter. `actual` is the sum of the rows. */
export type UsageDrift = { ownerId: string; counted: Usage; actual: Usage };
