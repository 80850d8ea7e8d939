import type { Attachment } from "../../domain/attachment.ts";

/** A user whose account is closed, and is deleted permanently at `deleteAt`. Milliseconds since the epoch. */
export type AccountDeletion = {
  userId: string;
  /** True: the owner asked for the deletion, and may cancel it. False: the operator asked for it. */
  isByOwner: boolean;
  deleteAt: number;
};

/** The things that are deleted with an account. `people`: the number of people who lose a share. */
export type AccountContents = { notes: number; files: number; bytes: number; links: number; people: number };

export type AccountDeletionQueries = {
  find(userId: string): Promise<AccountDeletion | undefined>;
  /** Finds a deletion as `find` does, and locks the row until the transaction ends. */
  hold(userId: string): Promise<AccountDeletion | undefined>;
  /** Stores a deletion, and replaces an earlier one of the same user. */
  put(deletion: AccountDeletion): Promise<void>;
  remove(userId: string): Promise<void>;
  listDue(now: number, limit: number): Promise<string[]>;
  countContents(userId: string, now: number): Promise<AccountContents>;
  /**
   * Hides the notes of the user from everybody, as if the notes were in the trash. Returns the uploads of these notes that are not
   * complete.
   */
  hideNotes(userId: string): Promise<Attachment[]>;
  showNotes(userId: string): Promise<void>;
  listNotes(userId: string, limit: number): Promise<string[]>;
  /** Deletes the user with every row except notes, links, usage and audit events. */
  deleteUser(userId: string): Promise<void>;
};
