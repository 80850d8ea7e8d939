import type { Checksum } from "../../platform/bucket/port.ts";
import type { AttachmentState } from "../../platform/database/unions.ts";

/** `bucketUploadId` is the id of the upload in the bucket. `partSize` is the length of every part except for the last part. Bytes. */
export type MultipartUpload = { bucketUploadId: string; partSize: number };

/** The upload of one attachment. Instants are milliseconds since the epoch. */
export type Upload = {
  id: string;
  attachmentId: string;
  noteId: string;
  userId: string;
  objectKey: string;
  /** Undefined for a single PUT. */
  multipart: MultipartUpload | undefined;
  filename: string;
  contentType: string;
  sizeBytes: number;
  declaredChecksum: Checksum | undefined;
  /**
   * With this key, the same user can repeat the HTTP request that started the upload. Undefined if the client sent no key, or the service
   * deleted the key.
   */
  idempotencyKey: string | undefined;
  /**
   * Whether a signed URL can still write to the object after the upload is complete. In this case, the service copies the object to another
   * key, and verifies and serves the copy.
   */
  staged: boolean;
  state: AttachmentState;
  /** When the signed URLs expire. */
  expiresAt: number;
  createdAt: number;
};
