/** A verification that one process has reserved until its lease ends. */
export type ClaimedVerification = {
  attachmentId: string;
  /** The ETag that the object had when the verification was queued. If it has another ETag now, the object has changed. */
  etag: string;
  needsScan: boolean;
  holder: string;
  /** How often a process has reserved the verification, including this time. */
  attempts: number;
};

/** The durable queue of verifications that run after the request. Instants are milliseconds since the epoch. */
export type VerificationQueries = {
  insert(verification: { attachmentId: string; etag: string; needsScan: boolean; dueAt: number }): Promise<void>;
  /**
   * Reserves the verification that has been due for the longest time. When the lease ends, the verification is due again. If `canScan` is
   * false, skips verifications that need a scan.
   */
  claim(claim: {
    now: number;
    holder: string;
    leaseEndsAt: number;
    canScan: boolean;
  }): Promise<ClaimedVerification | undefined>;
  /** Extends the lease of this process. Returns false if the verification has ended, or if another process has reserved it. */
  renew(
    claimed: Pick<ClaimedVerification, "attachmentId" | "holder">,
    change: { leaseEndsAt: number },
  ): Promise<boolean>;
  /** Gives up the reservation, and makes the verification due at `dueAt`. Does nothing if another process has reserved it. */
  release(claimed: Pick<ClaimedVerification, "attachmentId" | "holder">, change: { dueAt: number }): Promise<void>;
  remove(attachmentId: string): Promise<void>;
  /** Counts the verifications that need a scan. */
  countNeedingScan(): Promise<number>;
};
