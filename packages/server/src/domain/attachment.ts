/**
 * The state of an attachment. Only a `ready` attachment can be downloaded.
 * - pending: its upload has started
 * - verifying: the bytes of the object are compared with the declaration
 * - scanning: a virus scanner reads the object
 * - quarantined: the file of a visitor waits until somebody accepts or rejects it
 * - rejected: the object differs from the declaration, or is infected
 * - aborted, expired: the upload did not complete
 */
export type AttachmentState =
  | "pending"
  | VerificationState
  | "quarantined"
  | "ready"
  | "rejected"
  | "aborted"
  | "expired";

/** The states of a complete file whose verification has not ended. */
export type VerificationState = "verifying" | "scanning";

export function isBeingVerified(state: AttachmentState): state is VerificationState {
  return state === "verifying" || state === "scanning";
}

/** An upload that did not complete is no content of its note. */
export const unlistedStates = ["aborted", "expired"] as const satisfies readonly AttachmentState[];

/** The checksum of the whole file, base64 as S3 writes it. */
export type Checksum = { algorithm: "SHA256"; value: string };

/** A file of a note. `objectKey` is opaque and leaves the server only inside a signed URL. Instants are milliseconds since the epoch. */
export type Attachment = {
  id: string;
  noteId: string;
  /** The owner of the note. It never changes, and the copy spares access decisions a second row. */
  ownerId: string;
  createdBy: string;
  objectKey: string;
  /** False for an adopted object, which stays in the bucket when the attachment is deleted. */
  ownsObject: boolean;
  filename: string;
  contentType: string;
  sizeBytes: number;
  checksum: Checksum | undefined;
  state: AttachmentState;
  /** Why the file was rejected, in words for its sender. */
  rejectReason: string | undefined;
  createdAt: number;
};
