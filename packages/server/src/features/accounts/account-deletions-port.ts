import type { Attachment } from "../access/attachment.ts";
import type { AccountDeletion } from "../people/person.ts";

/** The numbers of things that are deleted with an account. `people`: how many people lose a share. */
export type AccountContents = { notes: number; files: number; bytes: number; links: number; people: number };

export type AccountDeletionQueries = {
  /** Returns the deletion of the user, as `find` does, and locks its row until the transaction ends. */
  hold(userId: string): Promise<AccountDeletion | undefined>;
  /** Stores a deletion. Replaces an earlier deletion of the same user. */
  put(deletion: AccountDeletion): Promise<void>;
  remove(userId: string): Promise<void>;
  listDue(now: number, limit: number): Promise<string[]>;
  countContents(userId: string, now: number): Promise<AccountContents>;
  /**
   * Hides the notes of the user from everybody, as notes in the trash are hidden. Returns the pending attachments of these notes.
   */
  hideNotes(userId: string): Promise<Attachment[]>;
  showNotes(userId: string): Promise<void>;
  /** Lists notes of the user, except those whose permanent deletion is queued. */
  listNotes(userId: string, limit: number): Promise<string[]>;
  /** Deletes the user and all rows of the user, except the rows of notes, links, usage and audit events. */
  deleteUser(userId: string): Promise<void>;
};
