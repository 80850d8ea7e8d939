/**
 * The life of an attachment. Only `ready` can be downloaded.
 * pending: its upload has begun · verifying: the object's bytes are being read and compared · scanning: a virus scanner looks at them ·
 * rejected: it was not what was declared, or is dangerous · aborted, expired: it never came.
 */
export type AttachmentState = "pending" | CheckedState | "ready" | "rejected" | "aborted" | "expired";

/** The states of a file that is all there and is being looked at. */
export type CheckedState = "verifying" | "scanning";

export function isBeingChecked(state: AttachmentState): state is CheckedState {
  return state === "verifying" || state === "scanning";
}

/** Uploads that never came are history, not content of their note. */
export const unlistedStates = ["aborted", "expired"] as const satisfies readonly AttachmentState[];

export function isListed({ state }: { state: AttachmentState }): boolean {
  return !unlistedStates.some((unlisted) => unlisted === state);
}

/** The checksum of the whole file, base64 as S3 writes it. */
export type Checksum = { algorithm: "SHA256"; value: string };

/** A file that hangs on a note. `objectKey` is opaque and never leaves the server. Instants are milliseconds since the epoch. */
export type Attachment = {
  id: string;
  noteId: string;
  /** The note's owner, copied so that an access decision needs no second row; it never changes. */
  ownerId: string;
  createdBy: string;
  objectKey: string;
  /** False for an adopted object: it was in the bucket before us, and stays there when the attachment goes. */
  ownsObject: boolean;
  filename: string;
  contentType: string;
  sizeBytes: number;
  checksum: Checksum | undefined;
  state: AttachmentState;
  /** Why it was rejected, in words for the sender. */
  rejectReason: string | undefined;
  createdAt: number;
};
