import type { Account, AccountLink, AccountLinkKind } from "../../domain/account.ts";

/** The accounts in the tables of the accounts library, and their links. */
export type AccountQueries = {
  /** `email` is normalised. */
  findByEmail(email: string): Promise<Account | undefined>;
  find(userId: string): Promise<Account | undefined>;
  /** Replaces the password hash `from`. Returns false if the account now has another password. */
  replacePassword(userId: string, change: { from: string; to: string; now: number }): Promise<boolean>;
  /** Whether the account has this password hash. Waits for a transaction that is changing the password. */
  hasPassword(userId: string, passwordHash: string): Promise<boolean>;
  /** `except`: the id of a session that stays. Default: all sessions end. */
  endSessions(userId: string, options?: { except: string | undefined }): Promise<void>;
  /** Throws `email_taken`. */
  replaceEmail(userId: string, change: { to: string; now: number }): Promise<void>;
  addLink(link: AccountLink): Promise<void>;
  findLink(link: { kind: AccountLinkKind; tokenHash: string; now: number }): Promise<AccountLink | undefined>;
  /** Returns false if the link was already removed. */
  removeLink(tokenHash: string): Promise<boolean>;
  deleteLinksOf(userId: string): Promise<void>;
  deleteExpiredLinks(now: number): Promise<void>;
  /** Deletes the links for a new password that the operator or an administrator made. The links in mails stay. */
  deleteResetLinksByHand(): Promise<void>;
};
