import type { Page, PageRequest } from "../../platform/database/page.ts";
import type { LinkKind, Role } from "../../platform/database/unions.ts";
import type { Link } from "./link.ts";

/**
 * A link with the current role of its creator on the note, and the name of the creator that visitors see. If the name is missing, visitors
 * see no email address in its place, because visitors may be strangers.
 */
export type LinkWithCreator = { link: Link; creatorRole: Role | undefined; creatorName: string | undefined };

/** A link with the details that people with an account see. */
export type LinkDetails = LinkWithCreator & {
  noteTitle: string;
  /** The number of ready files that the link opens. */
  readyFiles: number;
  /** The number of files that visitors sent, including unfinished uploads. Failed and rejected files do not count. */
  takenFiles: number;
  /** The files that visitors sent completely. Rejected files do not count. */
  received: { files: number; bytes: number };
  urlsIssued: number;
  /** Undefined: no URL was issued. */
  lastUrlExpiresAt: number | undefined;
};

export type LinkQueries = {
  /**
   * Stores a new link. Throws `note_not_found` or `attachment_not_found` if the note or a file was deleted. Call it in a transaction.
   * `idempotencyKey`: see `findByKey`.
   */
  insert(link: Link, options?: { idempotencyKey?: string | undefined }): Promise<void>;
  /** Returns the id of the link that the person made on this note with this key. Undefined: there is none, or it is revoked. */
  findByKey(key: { noteId: string; createdBy: string; idempotencyKey: string }): Promise<string | undefined>;
  find(linkId: string): Promise<LinkWithCreator | undefined>;
  findDetails(linkId: string): Promise<LinkDetails | undefined>;
  /**
   * Returns whether a file that visitors sent to this file request has passed its verification. A deleted file counts too, as long as its
   * event is in the audit log.
   */
  hasReceived(linkId: string): Promise<boolean>;
  /** Lists the links of a note, newest first. */
  listOfNote(noteId: string, page: PageRequest): Promise<Page<LinkDetails>>;
  /** Lists the links whose list of files contains this attachment, newest first. */
  listOfAttachment(attachmentId: string, page: PageRequest): Promise<Page<LinkDetails>>;
  /** Lists the links of the person's notes, and the links that the person made on other notes and may still edit. Newest first. */
  listOfPerson(userId: string, page: PageRequest & { kind: LinkKind | undefined }): Promise<Page<LinkDetails>>;
  /** Lists the links of all users, newest first. */
  listAll(page: PageRequest & { kind: LinkKind | undefined }): Promise<Page<LinkDetails>>;
  /** Returns the links that the person made and that nobody has revoked. */
  listUnrevoked(userId: string): Promise<Link[]>;
  /** Counts the links of a note that are neither revoked nor expired. */
  countLive(noteId: string): Promise<number>;
  /**
   * Stores the fields that people can edit. The caller must have locked the note, so that no edit is lost. Does not store the counts,
   * because visitors can increase the counts at the same time.
   * Throws `attachment_not_found` if a file was deleted. Call it in a transaction.
   */
  replace(link: Link): Promise<void>;
  /** Revokes all links of a note. First waits until the URLs that visitors are getting now are recorded, as `revoke` does. */
  revokeOfNote(noteId: string, revokedAt: number): Promise<void>;
  /** Removes a file from the links whose list of files contains it. */
  removeFile(attachmentId: string): Promise<void>;
  /**
   * Revokes a link. First waits until the URLs that visitors are getting now are recorded. Returns false if the link was already revoked.
   */
  revoke(linkId: string, revokedAt: number): Promise<boolean>;
};
