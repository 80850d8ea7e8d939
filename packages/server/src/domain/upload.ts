import type { AttachmentState, Checksum } from "./attachment.ts";

/** One upload of one attachment: what was declared and signed, and how far it has come. Instants are milliseconds since the epoch. */
export type Upload = {
  id: string;
  attachmentId: string;
  noteId: string;
  userId: string;
  objectKey: string;
  strategy: "put";
  filename: string;
  contentType: string;
  sizeBytes: number;
  declaredChecksum: Checksum | undefined;
  state: AttachmentState;
  /** When the signed URL dies; nothing can be put after it. */
  expiresAt: number;
  createdAt: number;
};
