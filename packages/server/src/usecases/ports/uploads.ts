import type { AttachmentState, Checksum } from "../../domain/attachment.ts";
import type { AuditEvent } from "../../domain/audit-event.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Quota } from "../../domain/usage.ts";

/** A start. `upload` is pending, and its attachment has the same fields. */
export type UploadStart = {
  upload: Upload;
  /** True: the application or a link permits the start. False: the role of the user in the database decides. */
  isGranted: boolean;
  quota: Quota;
  /** How many uploads may be pending. */
  maxPending: PendingCounts;
  /** The idempotency key of an upload that started before this instant no longer counts. Milliseconds. */
  startedBefore: number;
};

/** The pending uploads of a user on all notes, and those of all users on a note. */
export type PendingCounts = { ofUser: number; ofNote: number };

/** The facts that decided a start. If the start was not recorded and no other fact explains this, the quota is full. */
export type StartedRecord = {
  isRecorded: boolean;
  ownerId: string;
  mayAdd: boolean;
  pending: PendingCounts;
  /** Another upload of the user has the idempotency key. */
  isRepeated: boolean;
};

/** The completion of an upload whose object is verified. The actor of the event is its user. */
export type UploadCompletion = {
  attachmentId: string;
  uploadId: string;
  /** Undefined: the attachment has no checksum, or the declared one. */
  checksum: Checksum | undefined;
  event: AuditEvent;
};

/** `isMoved`: the attachment was pending, and is ready now. */
export type CompletedRecord = { mayAdd: boolean; isMoved: boolean };

export type UploadQueries = {
  /**
   * Decides about a start and records it in one step. It checks the right of the user, the limits, the quota and the idempotency key. All
   * or nothing.
   * Returns undefined if there is no such note. In a transaction, the first call must be `holdStarts` or this one.
   */
  start(start: UploadStart): Promise<StartedRecord | undefined>;
  /**
   * Makes the attachment of a pending upload ready and records the event, if the user may still add files at this moment. All or nothing.
   * Returns undefined if the attachment was deleted.
   */
  complete(completion: UploadCompletion): Promise<CompletedRecord | undefined>;
  /** Makes other starts by this user or on this note wait until the transaction ends, so that the counts are exact. Call it first. */
  holdStarts(of: { userId: string; noteId: string }): Promise<void>;
  countPending(of: { userId: string; noteId: string }): Promise<PendingCounts>;
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
