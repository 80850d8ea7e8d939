import type { Role } from "../../platform/database/unions.ts";
import type { Attachment } from "./attachment.ts";
import type { Note } from "./note.ts";
import type { Upload } from "./upload.ts";

/** An attachment with the role of a user. If the attachment exists but the user has no access to it, `role` is undefined. */
export type AttachmentAccess = { attachment: Attachment; role: Role | undefined };

/** An upload with its attachment. `role` is the role of the user on this attachment. */
export type UploadAccess = AttachmentAccess & { upload: Upload };

/** The fields of an attachment that are needed to issue a URL. */
export type Downloadable = Pick<
  Attachment,
  "id" | "noteId" | "ownerId" | "objectKey" | "filename" | "contentType" | "state"
>;

export type DownloadAccess = { attachment: Downloadable; role: Role | undefined };

export type NoteAccess = { note: Note; role: Role | undefined };

/** Finds notes, attachments and uploads with the role that the user has on them now. */
export type AccessQueries = {
  note(userId: string, noteId: string): Promise<NoteAccess | undefined>;
  attachment(userId: string, attachmentId: string): Promise<AttachmentAccess | undefined>;
  /** Finds an upload of this user, with its attachment. */
  upload(userId: string, uploadId: string): Promise<UploadAccess | undefined>;
  /** Runs for each issued URL, so it must be fast. It is one prepared statement, on SQLite and on PostgreSQL. */
  download(userId: string, attachmentId: string): Promise<DownloadAccess | undefined>;
  /** Runs one query for the whole batch. The map does not contain unknown ids. */
  downloads(userId: string, attachmentIds: readonly string[]): Promise<Map<string, DownloadAccess>>;
};

export type GuardedNoteQueries = {
  /**
   * Locks the note until the transaction ends, so that nobody can delete the note or add files to it. Returns false if the note is deleted.
   */
  hold(noteId: string): Promise<boolean>;
  /** Returns the titles by note id, with one query. The map does not contain deleted notes. */
  titlesOf(noteIds: readonly string[]): Promise<Map<string, string>>;
};
