import type { Attachment } from "../../domain/attachment.ts";
import type { RequestUsage } from "../../domain/file-request.ts";

/** A file that a visitor sent, beside its attachment. Instants are milliseconds since the epoch. */
export type VisitorFile = {
  attachmentId: string;
  linkId: string;
  visitorId: string;
  visitorName: string | undefined;
  slotId: string | undefined;
  /** When the bytes were complete. Undefined: not yet. */
  receivedAt: number | undefined;
};

export type VisitorUpload = { uploadId: string; attachment: Attachment; file: VisitorFile };

export type VisitorFileQueries = {
  /** Throws `link_not_found` if the link was deleted. Call it in a transaction. */
  insert(file: VisitorFile): Promise<void>;
  find(attachmentId: string): Promise<VisitorFile | undefined>;
  /** Returns the upload if this visitor started it through this link. */
  findUpload(of: { linkId: string; visitorId: string; uploadId: string }): Promise<VisitorUpload | undefined>;
  /** Lists the uploads of a visitor through a link, oldest first. Aborted and expired uploads are absent. */
  listUploads(of: { linkId: string; visitorId: string }): Promise<VisitorUpload[]>;
  /** Makes other starts of this link wait until the transaction ends, so that its usage is exact. */
  holdLink(linkId: string): Promise<void>;
  /** Returns the number and size of the files that came through a link. Failed, rejected and deleted files do not count. */
  usageOf(linkId: string): Promise<RequestUsage>;
  /** Records when the bytes were complete. A later call changes nothing. */
  markReceived(attachmentId: string, receivedAt: number): Promise<void>;
  /** Whether a file was received since the owner last opened the note. */
  hasUnseen(noteId: string): Promise<boolean>;
  /** Counts the received files of the note as seen. */
  markSeen(noteId: string, now: number): Promise<void>;
  /** Returns the name that each visitor gave last, by visitor id. Visitors who gave no name are absent. */
  namesOf(visitorIds: readonly string[]): Promise<Map<string, string>>;
};
