import type { Preview } from "@valetkey/contract";
import type { Checksum } from "../../platform/bucket/port.ts";
import type { Annotations, AttachmentState, VerificationState } from "../../platform/database/unions.ts";

export type { Annotations } from "../../platform/database/unions.ts";

export function isBeingVerified(state: AttachmentState): state is VerificationState {
  return state === "verifying" || state === "scanning";
}

/**
 * Returns whether all bytes of the file have arrived. When a user deletes a complete file, the file moves to the trash. When a user deletes
 * an unfinished upload, the upload is deleted permanently.
 */
export function isComplete(state: AttachmentState): boolean {
  return state === "ready" || state === "quarantined" || isBeingVerified(state);
}

/**
 * The list of a note's attachments excludes uploads with an `unlistedStates` state, because aborted and expired uploads did not complete.
 */
export const unlistedStates = ["aborted", "expired"] as const satisfies readonly AttachmentState[];
/**
 * An attachment is a file of a note. The member `objectKey` is opaque, and leaves the server only inside a signed URL. All instants are
 * milliseconds since the epoch.
 */
export type Attachment = {
  id: string;
  noteId: string;
  /**
   * The id of the note's owner, who never changes. The attachment has a copy of the owner id, so that an access decision does not read the
   * row of the note.
   */
  ownerId: string;
  createdBy: string;
  objectKey: string;
  /**
   * The member `ownsObject` is false for an object that an administrator adopted, which remains in the bucket after a deletion of the
   * attachment.
   */
  ownsObject: boolean;
  /** The folder of the file, such as "photos/2024/". The member `path` is empty for a file without a folder. */
  path: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  checksum: Checksum | undefined;
  state: AttachmentState;
  /** The reason of the rejection, as a text for the person who uploaded the file. */
  rejectReason: string | undefined;
  createdAt: number;
  /** The confirmed preview pictures. Responses contain the previews of a ready file only. */
  previews?: readonly Preview[] | undefined;
  /** The tags and the metadata that the host application of an embedding has given the file. Responses do not contain the annotations. */
  annotations?: Annotations | undefined;
};

/** Returns the name of a file for a response or an event. The result has no path if the file has no folder. */
export function namesOf({ path, filename }: { path: string; filename: string }): { filename: string; path?: string } {
  return path === "" ? { filename } : { filename, path };
}

/**
 * An attachment in the list of its note. `access`: the people who have the file without its note. The member `access` is undefined if
 * nobody has the file without its note, or if the caller may only read the note.
 */
export type ListedAttachment = Attachment & { access?: FileAccess | undefined };

/**
 * The member `bucketUploadId` is the id of the upload in the bucket. The member `partSize` is the length of every part except for the last
 * part. The unit of `partSize` is bytes.
 */
export type MultipartUpload = { bucketUploadId: string; partSize: number };

/** The upload of one attachment. All instants are milliseconds since the epoch. */
export type Upload = {
  id: string;
  attachmentId: string;
  noteId: string;
  userId: string;
  objectKey: string;
  /** The member `multipart` is undefined for a single PUT. */
  multipart: MultipartUpload | undefined;
  /** The folder of the file, as in `Attachment`. */
  path: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  declaredChecksum: Checksum | undefined;
  /**
   * With the idempotency key, the user can repeat the HTTP request that started the upload. The key is undefined if the client sent no key,
   * or if the service deleted the key.
   */
  idempotencyKey: string | undefined;
  /**
   * The member `staged` states whether a signed URL can still write to the object after the upload is complete. For a staged upload, the
   * service copies the object to another key, and verifies and serves the copy.
   */
  staged: boolean;
  state: AttachmentState;
  /** The expiry of the signed URLs of the upload. */
  expiresAt: number;
  createdAt: number;
};

/**
 * A number of people or links, with an expiry. `until`: an expiry in milliseconds since the epoch, or undefined for never. `next`: the first
 * expiry, if it comes before `until`.
 */
export type Counted = { count: number; until?: number | undefined; next?: number | undefined };

/**
 * The access to one file that does not come from its note. The counts of people exclude the owner of the note. An undefined member means a
 * count of 0. `people`: the number of people with a live share. The instant `until` is the first expiry among the shares.
 * `invitations`: shares by email address whose receiver has not opened the file.
 * `links`: open links that name the file. The instant `until` is the last expiry among the links.
 */
export type FileAccess = { people?: Counted; invitations?: Counted; links?: Counted };
