import type { Share, SharedAttachment, ShareWithPerson } from "../../domain/share.ts";
import type { Page, PageRequest } from "./page.ts";

export type ShareSubject = { noteId: string } | { attachmentId: string };

export type ShareQueries = {
  /** Creates or replaces the shares of different users with one statement. */
  put(subject: ShareSubject, ...shares: readonly Share[]): Promise<void>;
  /** False: there was no such share. */
  delete(subject: ShareSubject, userId: string): Promise<boolean>;
  list(subject: ShareSubject): Promise<ShareWithPerson[]>;
  /** Listed attachments with a live share for this user, who has no access to their notes. Newest first. */
  listAttachmentsFor(userId: string, page: PageRequest & { now: number }): Promise<Page<SharedAttachment>>;
};
