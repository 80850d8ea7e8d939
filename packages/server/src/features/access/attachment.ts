import type { Checksum } from "../../platform/bucket/port.ts";
import type { AttachmentState, VerificationState } from "../../platform/database/unions.ts";

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
  /** The owner of the note, who never changes. A copy, so that an access decision does not read the row of the note. */
  ownerId: string;
  createdBy: string;
  objectKey: string;
  /** False for an object that an administrator adopted, which stays in the bucket when the attachment is deleted. */
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

/** A number of people or links. `until`: an expiry in milliseconds since the epoch, or undefined for never. */
export type Counted = { count: number; until?: number | undefined };

/**
 * The access to one file that does not come from its note. The owner of the note does not count. An undefined member counts nothing.
 * `people`: people with a live share. `until` is the first expiry among the shares.
 * `invitations`: shares by email address whose receiver has not opened the file yet.
 * `links`: open links that name the file. `until` is the last expiry among the links.
 */
export type FileAccess = { people?: Counted; invitations?: Counted; links?: Counted };
