import type { Checksum } from "../../platform/bucket/port.ts";
import type { AttachmentState, VerificationState } from "../../platform/database/unions.ts";
import type { FileAccess } from "./access-summary.ts";

export function isBeingVerified(state: AttachmentState): state is VerificationState {
  return state === "verifying" || state === "scanning";
}

/**
 * Whether all bytes of the file have arrived. When a user deletes a complete file, the file moves to the trash. An unfinished upload is
 * deleted permanently.
 */
export function isComplete(state: AttachmentState): boolean {
  return state === "ready" || state === "quarantined" || isBeingVerified(state);
}

/** The list of a note's attachments omits these states, because such uploads did not complete. */
export const unlistedStates = ["aborted", "expired"] as const satisfies readonly AttachmentState[];
/** A file of a note. `objectKey` is opaque and leaves the server only inside a signed URL. Instants are milliseconds since the epoch. */
export type Attachment = {
  id: string;
  noteId: string;
  /**
   * The owner of the note, copied from the note. This owner never changes. Because of this copy, an access decision does not read the row of the note.
   */
  ownerId: string;
  createdBy: string;
  objectKey: string;
  /** False for an object that an administrator adopted. Such an object stays in the bucket when the attachment is deleted. */
  ownsObject: boolean;
  filename: string;
  contentType: string;
  sizeBytes: number;
  checksum: Checksum | undefined;
  state: AttachmentState;
  /** Why the file was rejected, as a text for the person who uploaded it. */
  rejectReason: string | undefined;
  createdAt: number;
};

/**
 * An attachment in the list of its note. `access`: who has this file without its note. Undefined if nobody has, or if the caller may only
 * read the note.
 */
export type ListedAttachment = Attachment & { access?: FileAccess | undefined };
