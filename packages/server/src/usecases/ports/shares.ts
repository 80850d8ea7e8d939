import type { Share, SharedAttachment, ShareWithPerson } from "../../domain/share.ts";
import type { Page, PageRequest } from "./page.ts";

export type ShareSubject = { noteId: string } | { attachmentId: string };

/** `attachmentId` undefined: the note is shared. */
export type EndingShare = { noteId: string; attachmentId: string | undefined; userId: string; expiresAt: number };

export type ShareQueries = {
  /** Creates or replaces the shares of different users with one statement. */
  put(subject: ShareSubject, ...shares: readonly Share[]): Promise<void>;
  /**
   * Creates or replaces the shares of the users who hold these invited email addresses. It is one statement, even if nobody holds one of
   * them. So the duration does not show whether an email address has a holder (ADR 21).
   */
  putInvited(subject: ShareSubject, emails: readonly string[]): Promise<void>;
  /** Returns false if there was no such share. */
  delete(subject: ShareSubject, userId: string): Promise<boolean>;
  /** Lists the shares that the owner of the note sees. The owner sees the other shares only as open invitations. */
  list(subject: ShareSubject): Promise<ShareWithPerson[]>;
  /** Returns when a share expires, or undefined if it never expires or does not exist. */
  expiryOf(subject: ShareSubject, userId: string): Promise<number | undefined>;
  /**
   * Shares that expire in this window, that were made before it, and whose users were not notified of the expiry. Returns at most twice
   * the limit.
   */
  listEnding(window: { from: number; until: number; limit: number }): Promise<EndingShare[]>;
  /** Returns false if the share was changed after it was read, or if another replica has marked it. */
  markReminded(share: EndingShare, now: number): Promise<boolean>;
  /** Returns the share of the note, or undefined if there is no such share. `isNew`: the user has not opened the note. */
  findOfNote(noteId: string, userId: string): Promise<{ expiresAt: number | undefined; isNew: boolean } | undefined>;
  /** Marks a share as seen. Does nothing if there is no such share, or if it was seen before. */
  markSeen(subject: ShareSubject, seen: { userId: string; now: number }): Promise<void>;
  /** Returns for each attachment the number of live shares and open invitations that the owner sees. Attachments without any are absent. */
  countByAttachment(attachmentIds: readonly string[], now: number): Promise<Map<string, number>>;
  /** Returns the listed attachments that a live share opens for this user, who has no access to their notes. Newest first. */
  listAttachmentsFor(userId: string, page: PageRequest & { now: number }): Promise<Page<SharedAttachment>>;
};
