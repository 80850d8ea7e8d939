import type { Quota, Usage } from "../../domain/usage.ts";

/** Who takes room, in whose quota. */
type Reserving = { objectKey: string; ownerId: string; userId: string; expiresAt: number };

/** What everyone's files take up. Files that have an attachment are counted with it (AttachmentQueries); these calls are for those without. */
export type UsageQueries = {
  find(ownerId: string): Promise<Usage>;
  /** Takes room for a file that is coming in, until `expiresAt`. In a transaction; throws `quota_exceeded`. */
  reserve(reservation: Reserving & { sizeBytes: number }, quota: Quota): Promise<void>;
  /** Takes more of it, and until later. In a transaction; throws `quota_exceeded`, and `upload_aborted` when it has expired. */
  extend(reservation: Reserving & { moreBytes: number }, quota: Quota): Promise<void>;
  /** Gives it back; doing it twice is fine. In a transaction. */
  release(objectKey: string): Promise<void>;
  /** Gives back what has expired, and answers how many. In a transaction. */
  releaseExpired(now: number): Promise<number>;
  /** Owners whose counter is not what the rows say, as they are at one moment; in the order of their ids, from after one. */
  listDrifts(page: { after: string; limit: number }): Promise<UsageDrift[]>;
  /** Sets the counter to what the rows say. In a transaction. */
  recount(ownerId: string): Promise<void>;
};

/** `counted`: by the counter · `actual`: by the rows. */
export type UsageDrift = { ownerId: string; counted: Usage; actual: Usage };
