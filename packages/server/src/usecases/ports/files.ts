import type { Attachment, AttachmentState, Checksum } from "../../domain/attachment.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Quota, Usage } from "../../domain/usage.ts";

export type AttachmentQueries = {
  /**
   * Inserts an attachment and adds it to the usage of the owner. Transitions and deletions also update the usage, so it always matches
   * the rows. `settles`: uses up the reservation under this object key. Throws `quota_exceeded`.
   */
  insert(attachment: Attachment, options?: { quota?: Quota; settles?: boolean }): Promise<void>;
  /** Changes the state. False: the state is not `from` any more, so of two callers only one succeeds. */
  transition(
    attachmentId: string,
    change: {
      from: AttachmentState;
      to: AttachmentState;
      objectKey?: string;
      checksum?: Checksum;
      rejectReason?: string;
    },
  ): Promise<boolean>;
  find(attachmentId: string): Promise<Attachment | undefined>;
  delete(attachmentId: string): Promise<void>;
  /** In order of creation. */
  listOfNote(noteId: string): Promise<Attachment[]>;
  /** All attachments of several notes in one query, for lists of notes. */
  listOfNotes(noteIds: readonly string[]): Promise<Map<string, Attachment[]>>;
  findByObjectKey(objectKey: string): Promise<Attachment | undefined>;
  /** Filenames by id. Deleted attachments are absent. One query. */
  filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, string>>;
};

export type UploadQueries = {
  /** Throws `idempotency_key_in_use` when another upload of this user has the key. */
  insert(upload: Upload): Promise<void>;
  find(uploadId: string): Promise<Upload | undefined>;
  findOfAttachment(attachmentId: string): Promise<Upload | undefined>;
  transition(uploadId: string, change: { from: AttachmentState; to: AttachmentState }): Promise<boolean>;
  findByKey(key: { userId: string; idempotencyKey: string }): Promise<Upload | undefined>;
  /**
   * Frees the key if its upload started before `startedBefore`, or is pending and expires within a second. A transition to a final state
   * other than `ready` frees the key too.
   */
  forgetKey(
    key: { userId: string; idempotencyKey: string },
    times: { now: number; startedBefore: number },
  ): Promise<void>;
  /** Pending uploads that expired before `before`. */
  listAbandoned(before: number, limit: number): Promise<Upload[]>;
};

/** A queued deletion of an object. */
export type ObjectDeletion = {
  objectKey: string;
  /** While a signed PUT is valid, a deletion would be in vain. Milliseconds since the epoch. */
  notBefore: number;
  attempts: number;
};

/**
 * The durable outbox of deletions. Each deletion runs twice, a day apart, in case a PUT was still in flight the first time
 * (docs/security-requirements.md, 10).
 */
export type ObjectDeletionQueries = {
  /** Queues a deletion, or moves the queued one of this key to `notBefore` and restarts it. */
  put(deletion: { objectKey: string; notBefore: number }): Promise<void>;
  find(objectKey: string): Promise<ObjectDeletion | undefined>;
  /** Cancels a deletion. Safe only before it is due, because a due deletion may already be running. */
  cancel(objectKey: string): Promise<void>;
  /** Never lists the object of a live attachment, so a wrongly queued deletion loses no file. */
  listDue(now: number, limit: number): Promise<ObjectDeletion[]>;
  /** Records deletions that ran. A first run moves to `againAt`, and a second run removes the row. In a transaction. */
  settle(objectKeys: readonly string[], times: { now: number; againAt: number }): Promise<void>;
  /** Does nothing when the deletion has changed since it was read. */
  postpone(seen: ObjectDeletion, change: { notBefore: number }): Promise<void>;
};

/** A verification that one process holds until its lease ends. */
export type ClaimedVerification = {
  attachmentId: string;
  /** The ETag of the object to verify. An object with another ETag has changed. */
  etag: string;
  needsScan: boolean;
  holder: string;
  /** The number of claims, this one included. */
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
  /** Extends the lease. False: the verification ended, or another holder has it. */
  renew(
    claimed: Pick<ClaimedVerification, "attachmentId" | "holder">,
    change: { leaseEndsAt: number },
  ): Promise<boolean>;
  /** Makes the verification due at `dueAt`. Does nothing when another holder has it. */
  release(claimed: Pick<ClaimedVerification, "attachmentId" | "holder">, change: { dueAt: number }): Promise<void>;
  remove(attachmentId: string): Promise<void>;
  /** The number of verifications that need a scan. */
  countNeedingScan(): Promise<number>;
};

/** `userId` reserves capacity in the quota of `ownerId`. */
type Reserving = { objectKey: string; ownerId: string; userId: string; expiresAt: number };

/** Usage and reservations. AttachmentQueries counts files with an attachment. A reservation counts a file that has none yet. */
export type UsageQueries = {
  find(ownerId: string): Promise<Usage>;
  /** Reserves capacity for a file until `expiresAt`. In a transaction. Throws `quota_exceeded`. */
  reserve(reservation: Reserving & { sizeBytes: number }, quota: Quota): Promise<void>;
  /** Reserves more, and until a later instant. In a transaction. Throws `quota_exceeded`, and `upload_aborted` after its expiry. */
  extend(reservation: Reserving & { moreBytes: number }, quota: Quota): Promise<void>;
  /** Releases a reservation. Idempotent. In a transaction. */
  release(objectKey: string): Promise<void>;
  /** Releases the expired reservations. Returns their number. In a transaction. */
  releaseExpired(now: number): Promise<number>;
  /** Owners whose counter differs from the sum of their rows, at one moment, in the order of their ids. */
  listDrifts(page: { after: string; limit: number }): Promise<UsageDrift[]>;
  /** Sets the counter to the sum of the rows. In a transaction. */
  recount(ownerId: string): Promise<void>;
};

/** `counted` is the counter. `actual` is the sum of the rows. */
export type UsageDrift = { ownerId: string; counted: Usage; actual: Usage };

/** Queries that compare the database with the bucket, page by page. */
export type InventoryQueries = {
  /** The keys that a row references: an attachment, an upload in progress, a reservation or a queued deletion. */
  known(objectKeys: readonly string[]): Promise<Set<string>>;
  /** The bucket's ids of the pending and completed multipart uploads under these keys. */
  multipartsUnder(objectKeys: readonly string[]): Promise<Set<string>>;
  /** Ready attachments, in the order of their object keys. `upTo` undefined: to the end. */
  listReady(range: { after: string; upTo: string | undefined; limit: number }): Promise<Attachment[]>;
};
