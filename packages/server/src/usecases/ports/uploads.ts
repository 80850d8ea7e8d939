import type { AttachmentState } from "../../domain/attachment.ts";
import type { Upload } from "../../domain/upload.ts";

export type UploadQueries = {
  /** Throws `idempotency_key_in_use` when another upload of this user has the key. */
  insert(upload: Upload): Promise<void>;
  /** Lets the starts of one user take turns until the transaction ends, so that their count is exact. Call it first. */
  holdStarts(userId: string): Promise<void>;
  /** The pending uploads of a user on all notes, and those of all users on a note. */
  countPending(of: { userId: string; noteId: string }): Promise<{ ofUser: number; ofNote: number }>;
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
