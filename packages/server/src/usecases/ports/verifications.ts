/** A verification that one process holds until its lease ends. */
export type ClaimedVerification = {
  attachmentId: string;
  /** The ETag of the object to verify. An object with another ETag has changed. */
  etag: string;
  needsScan: boolean;
  holder: string;
  /** How often a process has claimed the verification, including this time. */
  attempts: number;
};

/** The durable queue of verifications that run after the request. Instants are milliseconds since the epoch. */
export type VerificationQueries = {
  insert(verification: { attachmentId: string; etag: string; needsScan: boolean; dueAt: number }): Promise<void>;
  /** Claims the verification that has been due for the longest time. It is due again when the lease ends. `canScan` false: skips scans. */
  claim(claim: {
    now: number;
    holder: string;
    leaseEndsAt: number;
    canScan: boolean;
  }): Promise<ClaimedVerification | undefined>;
  /** Extends the lease. Returns false if the verification ended, or if another holder has it. */
  renew(
    claimed: Pick<ClaimedVerification, "attachmentId" | "holder">,
    change: { leaseEndsAt: number },
  ): Promise<boolean>;
  /** Makes the verification due at `dueAt`. Does nothing when another holder has it. */
  release(claimed: Pick<ClaimedVerification, "attachmentId" | "holder">, change: { dueAt: number }): Promise<void>;
  remove(attachmentId: string): Promise<void>;
  /** Counts the verifications that need a scan. */
  countNeedingScan(): Promise<number>;
};
