import type { Attachment } from "../access/attachment.ts";
import type { RequestUsage } from "./file-request.ts";

/** The data about a file from a visitor that is not part of its attachment. Instants are milliseconds since the epoch. */
export type VisitorFile = {
  attachmentId: string;
  linkId: string;
  visitorId: string;
  visitorName: string | undefined;
  slotId: string | undefined;
  /** When all bytes had arrived. Undefined: they have not arrived yet. */
  receivedAt: number | undefined;
};

export type VisitorUpload = { uploadId: string; attachment: Attachment; file: VisitorFile };

export type VisitorFileQueries = {
  /** Stores the data of a visitor's file. Throws `link_not_found` if the link was deleted. Call it in a transaction. */
  insert(file: VisitorFile): Promise<void>;
  find(attachmentId: string): Promise<VisitorFile | undefined>;
  /** Returns the upload if this visitor started it through this link. */
  findUpload(of: { linkId: string; visitorId: string; uploadId: string }): Promise<VisitorUpload | undefined>;
  /** Lists the uploads of a visitor through a link, oldest first. Leaves out aborted and expired uploads. */
  listUploads(of: { linkId: string; visitorId: string }): Promise<VisitorUpload[]>;
  /**
   * Locks a file request. Other starts of uploads to this file request wait until the transaction ends, so the result of `usageOf` stays
   * right.
   */
  holdLink(linkId: string): Promise<void>;
  /** Returns the number and size of the files that came through a link. Failed, rejected and deleted files do not count. */
  usageOf(linkId: string): Promise<RequestUsage>;
  /** Records when all bytes of a file had arrived. Only the first call for a file has an effect. */
  markReceived(attachmentId: string, receivedAt: number): Promise<void>;
  /** Returns whether files of visitors have arrived since the owner last opened the note. */
  hasUnseen(noteId: string): Promise<boolean>;
  /** Marks the received files of the note as seen by the owner. */
  markSeen(noteId: string, now: number): Promise<void>;
};
