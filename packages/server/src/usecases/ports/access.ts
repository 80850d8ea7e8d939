import type { Role } from "../../domain/access.ts";
import type { Attachment } from "../../domain/attachment.ts";
import type { Note } from "../../domain/note.ts";

/** What the access query answers for one attachment; `role` undefined: it exists, and the caller has nothing to do with it. */
export type AttachmentAccess = { attachment: Attachment; role: Role | undefined };

/** As much of an attachment as issuing a URL takes. */
export type Downloadable = Pick<
  Attachment,
  "id" | "noteId" | "ownerId" | "objectKey" | "filename" | "contentType" | "state"
>;

export type DownloadAccess = { attachment: Downloadable; role: Role | undefined };

export type NoteAccess = { note: Note; role: Role | undefined };

/** The one place that decides, from the database as it is at this moment, what a person is to a note or an attachment. */
export type AccessQueries = {
  note(userId: string, noteId: string): Promise<NoteAccess | undefined>;
  attachment(userId: string, attachmentId: string): Promise<AttachmentAccess | undefined>;
  /** The hot path: one prepared statement on either engine. */
  download(userId: string, attachmentId: string): Promise<DownloadAccess | undefined>;
  /** One query for the whole batch; ids that don't exist are absent from the map. */
  downloads(userId: string, attachmentIds: readonly string[]): Promise<Map<string, DownloadAccess>>;
};
