import type { Preview, Rejection } from "@valetkey/contract";
import type { Checksum } from "../../platform/bucket/port.ts";
import type { Annotations, AttachmentState, VerificationState } from "../../platform/database/unions.ts";

export type { Annotations } from "../../platform/database/unions.ts";

export function isBeingVerified(state: AttachmentState): state is VerificationState {
  return state === "verifying" || state === "scanning";
}

/** Whether all bytes have arrived. A deleted file then moves to the trash, and an unfinished upload is deleted permanently. */
export function isComplete(state: AttachmentState): boolean {
  return state === "ready" || state === "quarantined" || isBeingVerified(state);
}

/**
 * The list of a note's attachments excludes uploads with an `unlistedStates` state, because aborted and expired uploads did not complete.
 */
export const unlistedStates = ["aborted", "expired"] as const satisfies readonly AttachmentState[];
/** A file of a note. `objectKey` is opaque, and leaves the server only inside a signed URL. Instants are in milliseconds. */
export type Attachment = {
  id: string;
  noteId: string;
  /** The owner of the note, who never changes. A copy, so that an access decision does not read the note. */
  ownerId: string;
  createdBy: string;
  objectKey: string;
  /** False for an object that an administrator adopted, which remains in the bucket after a deletion of the attachment. */
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
  /** The reason of the rejection for programs. Undefined for a file that an older version rejected. */
  rejection?: Rejection | undefined;
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

/** Returns the members of a response that say why the service rejected a file. */
export function presentRejection({ rejectReason: reason, rejection }: Partial<Attachment>): {
  reason?: string;
  rejection?: Rejection;
} {
  return { ...(reason !== undefined && { reason }), ...(rejection && { rejection }) };
}

/** An attachment in a list. `access`: who has the file without its note. Undefined for nobody, and for readers of the note. */
export type ListedAttachment = Attachment & { access?: FileAccess | undefined };

/** `bucketUploadId`: the id in the bucket. `partSize`: the bytes of every part except the last. */
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
  /** Lets the user repeat the start of the upload. Undefined if the client sent no key, or if the key was deleted. */
  idempotencyKey: string | undefined;
  /** Whether a signed URL can write to the object after the upload. The service then copies it, and verifies and serves the copy. */
  staged: boolean;
  state: AttachmentState;
  /** The expiry of the signed URLs of the upload. */
  expiresAt: number;
  createdAt: number;
};

/** A number of people or links. `until`: their last expiry, or undefined for never. `next`: the first expiry before `until`. */
export type Counted = { count: number; until?: number | undefined; next?: number | undefined };

/**
 * The access to one file that does not come from its note. The counts of people exclude the owner of the note. An undefined member means a
 * count of 0. `people`: the number of people with a live share. The instant `until` is the first expiry among the shares.
 * `invitations`: shares by email address whose receiver has not opened the file.
 * `links`: open links that name the file. The instant `until` is the last expiry among the links.
 */
export type FileAccess = { people?: Counted; invitations?: Counted; links?: Counted };
