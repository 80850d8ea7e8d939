import type { Preview, Rejection } from "@valetkey/contract";
import type { Checksum } from "../../platform/bucket/port.ts";
import type { Annotations, AttachmentState, VerificationState } from "../../platform/database/unions.ts";

export type { Annotations } from "../../platform/database/unions.ts";

export function isBeingVerified(state: AttachmentState): state is VerificationState {
  return state === "verifying" || state === "scanning";
}

/** Returns whether all bytes of the file have arrived. Only then does a deletion move the file to the trash. */
export function isComplete(state: AttachmentState): boolean {
  return state === "ready" || state === "quarantined" || isBeingVerified(state);
}

/** The states of attachments that the list of a note omits, because their uploads did not complete. */
export const unlistedStates = ["aborted", "expired"] as const satisfies readonly AttachmentState[];
/** A file of a note. `objectKey` is opaque, and leaves the server only inside signed URLs. Instants are in milliseconds since the epoch. */
export type Attachment = {
  id: string;
  noteId: string;
  /** The owner of the note, who never changes. A copy of the value in the note, so that an access decision reads only the attachment. */
  ownerId: string;
  createdBy: string;
  objectKey: string;
  /** False for an object that an administrator adopted. If the attachment is deleted, this object stays in the bucket. */
  ownsObject: boolean;
  /** The folder of the file, such as "photos/2024/". Empty for a file without a folder. */
  path: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  checksum: Checksum | undefined;
  state: AttachmentState;
  /** Why the service rejected the file, as a text for the person who uploaded the file. */
  rejectReason: string | undefined;
  /** Why the service rejected the file, as a code for programs. Undefined for a file that an older version of the service rejected. */
  rejection?: Rejection | undefined;
  createdAt: number;
  /** The confirmed preview pictures. Responses contain the previews of a ready file only. */
  previews?: readonly Preview[] | undefined;
  /** The tags and the metadata that the application has given the file (embedding only). HTTP responses do not contain them. */
  annotations?: Annotations | undefined;
};

/** Returns the filename and the path of a file for a response or an audit event. Omits the path if the file has no folder. */
export function namesOf({ path, filename }: { path: string; filename: string }): { filename: string; path?: string } {
  return path === "" ? { filename } : { filename, path };
}

export function presentRejection({ rejectReason: reason, rejection }: Partial<Attachment>): {
  reason?: string;
  rejection?: Rejection;
} {
  return { ...(reason !== undefined && { reason }), ...(rejection && { rejection }) };
}

/** An attachment in a list. `access`: who can open the file without its note, or undefined for nobody. Also undefined for a viewer. */
export type ListedAttachment = Attachment & { access?: FileAccess | undefined };

/** `bucketUploadId`: the id of the multipart upload in the bucket. `partSize`: the bytes of every part except the last part. */
export type MultipartUpload = { bucketUploadId: string; partSize: number };

export type Upload = {
  id: string;
  attachmentId: string;
  noteId: string;
  userId: string;
  objectKey: string;
  /** Undefined for an upload with a single PUT request. */
  multipart: MultipartUpload | undefined;
  path: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  declaredChecksum: Checksum | undefined;
  /** Lets the client repeat the request that starts the upload. Undefined if the client sent no key, or after the key's deletion. */
  idempotencyKey: string | undefined;
  /** Whether a signed URL can still overwrite the uploaded object. The service then copies the object, and serves the copy. */
  staged: boolean;
  state: AttachmentState;
  /** When the signed URLs of the upload expire. */
  expiresAt: number;
  createdAt: number;
};

/** A number of people or links. `until`: their last expiry (of people, the first). Undefined: never. `next`: an earlier expiry. */
export type Counted = { count: number; until?: number | undefined; next?: number | undefined };

/**
 * The people and links that have access to a file without access to its note. An undefined member means a count of 0. `people`: the people
 * with a live share, without the owner of the note. `until` is the first expiry of these shares.
 * `invitations`: the invitations to the file that nobody has accepted yet.
 * `links`: the open links that list the file. `until` is the last expiry of these links.
 */
export type FileAccess = { people?: Counted; invitations?: Counted; links?: Counted };
