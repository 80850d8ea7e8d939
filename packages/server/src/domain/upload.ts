import type { AttachmentState, Checksum } from "./attachment.ts";

/** An upload in parts: the bucket's own id of it, which is never shown, and the length of every part but the last in bytes. */
export type MultipartUpload = { bucketUploadId: string; partSize: number };

/** One upload of one attachment: what was declared and signed, and how far it has come. Instants are milliseconds since the epoch. */
export type Upload = {
  id: string;
  attachmentId: string;
  noteId: string;
  userId: string;
  objectKey: string;
  /** Undefined: it goes in one PUT. */
  multipart: MultipartUpload | undefined;
  filename: string;
  contentType: string;
  sizeBytes: number;
  declaredChecksum: Checksum | undefined;
  /** What its start can be repeated with, by the same person; undefined: none was given, or it is forgotten. */
  idempotencyKey: string | undefined;
  /** A signed URL may write to its object even after completion: what is verified and served is a copy under another key. */
  staged: boolean;
  state: AttachmentState;
  /** When the signed URLs are dead; nothing can be put after it. */
  expiresAt: number;
  createdAt: number;
};
