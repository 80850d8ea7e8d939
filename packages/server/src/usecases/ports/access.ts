import type { Role } from "../../domain/access.ts";
import type { Attachment } from "../../domain/attachment.ts";
import type { Note } from "../../domain/note.ts";
import type { Upload } from "../../domain/upload.ts";

/** `role` is undefined if the attachment exists, but the caller has no access to it. */
export type AttachmentAccess = { attachment: Attachment; role: Role | undefined };

/** `role` is the role on the attachment of the upload. */
export type UploadAccess = AttachmentAccess & { upload: Upload };

/** The fields of an attachment that are needed to issue a URL. */
export type Downloadable = Pick<
  Attachment,
  "id" | "noteId" | "ownerId" | "objectKey" | "filename" | "contentType" | "state"
>;

export type DownloadAccess = { attachment: Downloadable; role: Role | undefined };

export type NoteAccess = { note: Note; role: Role | undefined };

/** Decides the role of a user on a note or an attachment, from the current state of the database. */
export type AccessQueries = {
  note(userId: string, noteId: string): Promise<NoteAccess | undefined>;
  attachment(userId: string, attachmentId: string): Promise<AttachmentAccess | undefined>;
  /** Finds an upload of this user, with its attachment. */
  upload(userId: string, uploadId: string): Promise<UploadAccess | undefined>;
  /** Runs for each issued URL, so it must be fast: one prepared statement on either engine. */
  download(userId: string, attachmentId: string): Promise<DownloadAccess | undefined>;
  /** Runs one query for the whole batch. Unknown ids are absent from the map. */
  downloads(userId: string, attachmentIds: readonly string[]): Promise<Map<string, DownloadAccess>>;
};
