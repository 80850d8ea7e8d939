/** A check of a stored object that one process holds: nobody else touches it before the lease ends. */
export type ClaimedCheck = {
  attachmentId: string;
  /** The content that is checked: what the bucket has with another ETag is not it. */
  etag: string;
  needsScan: boolean;
  holder: string;
  /** How often it was taken, this time included. */
  attempts: number;
};

/** Checks that go on after the request: a durable queue, whose entries are taken for a time. Instants are milliseconds since the epoch. */
export type ContentCheckQueries = {
  insert(check: { attachmentId: string; etag: string; needsScan: boolean; dueAt: number }): Promise<void>;
  /** Takes the one that has been due for longest; one whose holder died is due when its lease ends. Without a scanner, none that needs it. */
  claim(claim: {
    now: number;
    holder: string;
    leaseEndsAt: number;
    canScan: boolean;
  }): Promise<ClaimedCheck | undefined>;
  /** Prolongs the lease; false: it is over, because the check ended or another holder took it. */
  renew(check: Pick<ClaimedCheck, "attachmentId" | "holder">, change: { leaseEndsAt: number }): Promise<boolean>;
  /** Puts it back for anyone, not before `dueAt`. Does nothing when another holder has it. */
  release(check: Pick<ClaimedCheck, "attachmentId" | "holder">, change: { dueAt: number }): Promise<void>;
  remove(attachmentId: string): Promise<void>;
  /** How many wait for a scanner. */
  countNeedingScan(): Promise<number>;
};
