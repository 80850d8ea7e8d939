import type { Page, PageRequest } from "../../platform/database/page.ts";
import type { Share, ShareWithPerson } from "./share.ts";
import type { SharedAttachment } from "./shared-attachment.ts";

export type ShareSubject = { noteId: string } | { attachmentId: string };

/** A share that expires soon. If `attachmentId` is undefined, the whole note is shared. */
export type EndingShare = { noteId: string; attachmentId: string | undefined; userId: string; expiresAt: number };

export type ShareQueries = {
  /** Creates the shares of different users with one statement, or replaces their shares of this note or attachment. */
  put(subject: ShareSubject, ...shares: readonly Share[]): Promise<void>;
  /**
   * Creates or replaces the shares of the users who have these invited email addresses. It runs one statement, even if no user has any of
   * the email addresses. So the duration does not show whether an email address belongs to a user (ADR 9).
   */
  putInvited(subject: ShareSubject, emails: readonly string[]): Promise<void>;
  /**
   * Deletes the share of a user. Returns false if there was no such share. `isVisible`: only if the owner sees the share, because no open
   * invitation belongs to it.
   */
  delete(subject: ShareSubject, userId: string, only?: { isVisible: boolean }): Promise<boolean>;
  /** Lists the shares that the owner of the note sees. The owner sees the other shares only as open invitations. */
  list(subject: ShareSubject): Promise<ShareWithPerson[]>;
  /** Returns the expiry of a share, or undefined if the share never expires or does not exist. */
  expiryOf(subject: ShareSubject, userId: string): Promise<number | undefined>;
  /**
   * Lists shares that expire in this window of time. Lists only shares that were made for longer than the length of this window, and whose
   * users were not notified yet. Returns at most `limit` shares of notes and at most `limit` shares of attachments.
   */
  listEnding(window: { from: number; until: number; limit: number }): Promise<EndingShare[]>;
  /**
   * Records that the user was notified of the expiry. Returns false if the share has changed since it was read, or if another replica has
   * already recorded the same.
   */
  markReminded(share: EndingShare, now: number): Promise<boolean>;
  /** Returns the share that this user has of the note, or undefined if there is none. `isNew`: the user has not opened the note yet. */
  findOfNote(noteId: string, userId: string): Promise<{ expiresAt: number | undefined; isNew: boolean } | undefined>;
  /** Marks a share as seen. Does nothing if there is no such share, or if it is already marked. */
  markSeen(subject: ShareSubject, seen: { userId: string; now: number }): Promise<void>;
  /**
   * Lists the attachments that are shared with this user through a valid share, newest first. Leaves out attachments that lists do not
   * show, and attachments of notes that the user has access to.
   */
  listAttachmentsFor(userId: string, page: PageRequest & { now: number }): Promise<Page<SharedAttachment>>;
};
