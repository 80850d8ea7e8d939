import type { Share, SharedAttachment, ShareWithPerson } from "../../domain/share.ts";
import type { Page, PageRequest } from "./page.ts";

export type ShareSubject = { noteId: string } | { attachmentId: string };

/** `attachmentId` undefined: the note is shared. */
export type EndingShare = { noteId: string; attachmentId: string | undefined; userId: string; expiresAt: number };

export type ShareQueries = {
  /** Creates or replaces the shares of different users with one statement. */
  put(subject: ShareSubject, ...shares: readonly Share[]): Promise<void>;
  /**
   * Creates or replaces the shares of the users who hold these invited email addresses. It is one statement, even when nobody holds them, so
   * that its duration does not show whether anybody does (ADR 21).
   */
  putInvited(subject: ShareSubject, emails: readonly string[]): Promise<void>;
  /** False: there was no such share. */
  delete(subject: ShareSubject, userId: string): Promise<boolean>;
  /** Lists the shares that the owner of the note sees. The owner sees the other shares only as open invitations. */
  list(subject: ShareSubject): Promise<ShareWithPerson[]>;
  /** When a share expires. Undefined: never, or there is no such share. */
  expiryOf(subject: ShareSubject, userId: string): Promise<number | undefined>;
  /** Shares that expire in this window, that were made before it, and whose users were not notified of the expiry. Returns at most twice the limit. */
  listEnding(window: { from: number; until: number; limit: number }): Promise<EndingShare[]>;
  /** False: the share was changed meanwhile, or another replica has marked it. */
  markReminded(share: EndingShare, now: number): Promise<boolean>;
  /** The share of the note. Undefined: there is no such share. `isNew`: the user has not opened the note. */
  findOfNote(noteId: string, userId: string): Promise<{ expiresAt: number | undefined; isNew: boolean } | undefined>;
  /** Marks a share as seen. Does nothing if there is no such share, or if it was seen before. */
  markSeen(subject: ShareSubject, seen: { userId: string; now: number }): Promise<void>;
  /** The number of live shares and open invitations of each attachment that the owner sees. Attachments without any are absent. */
  countByAttachment(attachmentIds: readonly string[], now: number): Promise<Map<string, number>>;
  /** Listed attachments with a live share for this user, who has no access to their notes. Newest first. */
  listAttachmentsFor(userId: string, page: PageRequest & { now: number }): Promise<Page<SharedAttachment>>;
};
