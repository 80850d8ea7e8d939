import type { Checksum } from "../../platform/bucket/port.ts";
import type { AttachmentState } from "../../platform/database/unions.ts";
import type { Upload } from "../access/upload.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { Quota } from "../usage/usage.ts";

/** The data for the start of an upload. `upload` is pending. The attachment of the upload gets the same values. */
export type UploadStart = {
  upload: Upload;
  /** True: the host application or a link has already permitted the start. False: the user's role in the database decides. */
  isGranted: boolean;
  quota: Quota;
  /** The maximum numbers of pending uploads. */
  maxPending: PendingCounts;
  /** If an upload started before this instant, a new upload can have the same idempotency key. Milliseconds since the epoch. */
  startedBefore: number;
};

/** The numbers of pending uploads: of one user on all notes, and of all users on one note. */
export type PendingCounts = { ofUser: number; ofNote: number };

/**
 * Whether the start was recorded, and the facts that decided this. If the start was not recorded and no other field shows the reason, the
 * quota is full.
 */
export type StartedRecord = {
  isRecorded: boolean;
  ownerId: string;
  mayAdd: boolean;
  pending: PendingCounts;
  /** True: another upload of the user has the same idempotency key. */
  isRepeated: boolean;
};

/** The data for the completion of an upload whose object is verified. The actor of `event` is the user who uploads. */
export type UploadCompletion = {
  attachmentId: string;
  uploadId: string;
  /** The verified checksum to store. Undefined: the attachment keeps the declared checksum, or has none. */
  checksum: Checksum | undefined;
  event: AuditEvent;
};

/** `mayAdd`: whether the user may still add files to the note. `isMoved`: the attachment was pending, and is ready now. */
export type CompletedRecord = { mayAdd: boolean; isMoved: boolean };

export type UploadQueries = {
  /**
   * Decides in one step whether an upload may start, and records the start. Checks the access of the user, the limits, the quota and the
   * idempotency key. Records everything or nothing.
   * Returns undefined if there is no such note. In a transaction, this call or `holdStarts` must come first.
   */
  start(start: UploadStart): Promise<StartedRecord | undefined>;
  /**
   * Makes the attachment of a pending upload ready and records the event, if the user may still add files now. Changes everything or
   * nothing. Returns undefined if the attachment was deleted.
   */
  complete(completion: UploadCompletion): Promise<CompletedRecord | undefined>;
  /**
   * Locks the starts of uploads by this user and on this note. Other starts wait until the transaction ends, so the counts do not change.
   * Call it first in the transaction.
   */
  holdStarts(of: { userId: string; noteId: string }): Promise<void>;
  countPending(of: { userId: string; noteId: string }): Promise<PendingCounts>;
  find(uploadId: string): Promise<Upload | undefined>;
  findOfAttachment(attachmentId: string): Promise<Upload | undefined>;
  /** Returns the latest upload of each attachment, by attachment id. */
  findOfAttachments(attachmentIds: readonly string[]): Promise<Map<string, Upload>>;
  transition(uploadId: string, change: { from: AttachmentState; to: AttachmentState }): Promise<boolean>;
  findByKey(key: { userId: string; idempotencyKey: string }): Promise<Upload | undefined>;
  /**
   * Frees an idempotency key if its upload started before `startedBefore`, or if the upload is pending and expires within a second. A
   * transition to a final state other than `ready` frees the key too.
   */
  forgetKey(
    key: { userId: string; idempotencyKey: string },
    times: { now: number; startedBefore: number },
  ): Promise<void>;
  /** Lists pending uploads that expired before `before`. */
  listAbandoned(before: number, limit: number): Promise<Upload[]>;
};
