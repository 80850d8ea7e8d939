import type { Role } from "../../domain/access.ts";
import type { Link, LinkKind } from "../../domain/link.ts";
import type { Page, PageRequest } from "./page.ts";

/**
 * A link with facts of this moment: the role of its creator on the note, and the name that visitors read. Visitors are strangers, so
 * an email address never replaces a missing name.
 */
export type LinkWithCreator = { link: Link; creatorRole: Role | undefined; creatorName: string | undefined };

/** A link with the facts that people with an account see. */
export type LinkDetails = LinkWithCreator & {
  noteTitle: string;
  /** The number of ready files in `attachmentIds`. */
  readyFiles: number;
  /** The number of files that visitors sent, including unfinished uploads. Failed and rejected files do not count. */
  takenFiles: number;
  /** The files that arrived completely. Rejected files do not count. */
  received: { files: number; bytes: number };
  urlsIssued: number;
  /** Undefined: no URL was issued. */
  lastUrlExpiresAt: number | undefined;
};

export type LinkQueries = {
  /** Throws `note_not_found` or `attachment_not_found` if the note or a file was deleted. Call it in a transaction. */
  insert(link: Link): Promise<void>;
  find(linkId: string): Promise<LinkWithCreator | undefined>;
  findDetails(linkId: string): Promise<LinkDetails | undefined>;
  /** Whether a file of this file request passed its verification. A deleted file counts, as long as the audit log has its event. */
  hasReceived(linkId: string): Promise<boolean>;
  /** Lists the links of a note, newest first. */
  listOfNote(noteId: string, page: PageRequest): Promise<Page<LinkDetails>>;
  /** Lists the links that name this attachment, newest first. */
  listOfAttachment(attachmentId: string, page: PageRequest): Promise<Page<LinkDetails>>;
  /** Lists the links of the person's notes, and the links that the person made and may still edit, newest first. */
  listOfPerson(userId: string, page: PageRequest & { kind: LinkKind | undefined }): Promise<Page<LinkDetails>>;
  /** Lists the links of all users, newest first. */
  listAll(page: PageRequest & { kind: LinkKind | undefined }): Promise<Page<LinkDetails>>;
  /** Returns the links that the person made and nobody revoked. */
  listUnrevoked(userId: string): Promise<Link[]>;
  /** Counts the links that are neither revoked nor expired. */
  countLive(noteId: string): Promise<number>;
  /**
   * Stores the fields that people can edit. The caller must have locked the note, so that no edit is lost. It does not store
   * the counts, because visitors may raise the counts at the same time.
   * Throws `attachment_not_found` if a file was deleted. Call it in a transaction.
   */
  replace(link: Link): Promise<void>;
  /** Revokes all links of a note. Waits for visitors as `revoke` does. */
  revokeOfNote(noteId: string, revokedAt: number): Promise<void>;
  /** Removes a file from the links that name it. */
  removeFile(attachmentId: string): Promise<void>;
  /** Revokes a link, and waits for visitors who are getting URLs. Returns false when the link was revoked before. */
  revoke(linkId: string, revokedAt: number): Promise<boolean>;
};
