import type { AttachmentState } from "../../domain/attachment.ts";
import type { Upload } from "../../domain/upload.ts";

export type UploadQueries = {
  /** Throws `idempotency_key_in_use` when another upload of this person has the key, however short a time ago. */
  insert(upload: Upload): Promise<void>;
  find(uploadId: string): Promise<Upload | undefined>;
  findOfAttachment(attachmentId: string): Promise<Upload | undefined>;
  transition(uploadId: string, change: { from: AttachmentState; to: AttachmentState }): Promise<boolean>;
  findByKey(key: { userId: string; idempotencyKey: string }): Promise<Upload | undefined>;
  /** Makes the key a new one, if its upload began too long ago, or is pending with no second left; one that ends without a file is forgotten with that. */
  forgetKey(
    key: { userId: string; idempotencyKey: string },
    times: { now: number; startedBefore: number },
  ): Promise<void>;
  /** Pending uploads whose URL died before `before`. */
  listAbandoned(before: number, limit: number): Promise<Upload[]>;
};
