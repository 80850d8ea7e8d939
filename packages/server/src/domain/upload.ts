import type { AttachmentState, Checksum } from "./attachment.ts";

/** `bucketUploadId` is the bucket's id of the upload. `partSize` is the length of every part except for the last. Bytes. */
export type MultipartUpload = { bucketUploadId: string; partSize: number };

/** The upload of one attachment. Instants are milliseconds since the epoch. */
export type Upload = {
  id: string;
  attachmentId: string;
  noteId: string;
  userId: string;
  objectKey: string;
  /** Undefined: a single PUT. */
  multipart: MultipartUpload | undefined;
  filename: string;
  contentType: string;
  sizeBytes: number;
  declaredChecksum: Checksum | undefined;
  /** The same user can repeat the start with this key. Undefined: none was given, or it is forgotten. */
  idempotencyKey: string | undefined;
  /** A signed URL can write to the object even after completion. So a copy under another key is verified and served. */
  staged: boolean;
  state: AttachmentState;
  /** When the signed URLs expire. */
  expiresAt: number;
  createdAt: number;
};
