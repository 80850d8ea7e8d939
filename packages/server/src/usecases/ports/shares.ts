import type { Share, SharedAttachment, ShareWithPerson } from "../../domain/share.ts";
import type { Page, PageRequest } from "./page.ts";

export type ShareSubject = { noteId: string } | { attachmentId: string };

export type ShareQueries = {
  /** Creates or replaces the share of this person. */
  put(subject: ShareSubject, share: Share): Promise<void>;
  /** Says whether there was one. */
  delete(subject: ShareSubject, userId: string): Promise<boolean>;
  list(subject: ShareSubject): Promise<ShareWithPerson[]>;
  /** Listed files with a live share of their own for this person, to whom their notes are neither shared nor their own; newest file first. */
  listAttachmentsFor(userId: string, page: PageRequest & { now: number }): Promise<Page<SharedAttachment>>;
};
