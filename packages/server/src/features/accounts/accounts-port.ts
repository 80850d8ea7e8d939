import type { AccountLinkKind } from "../../platform/database/unions.ts";
import type { Account, AccountLink } from "./account.ts";

/** The queries for accounts and for the links in mails to them. The tables of accounts belong to the accounts library. */
export type AccountQueries = {
  /** `email` is normalised. */
  findByEmail(email: string): Promise<Account | undefined>;
  find(userId: string): Promise<Account | undefined>;
  /** Replaces the password hash `from` of the account with `to`. Returns false if the account has another hash now. */
  replacePassword(userId: string, change: { from: string; to: string; now: number }): Promise<boolean>;
  /** Returns whether the account has this password hash. If another transaction is changing the password, waits for it first. */
  hasPassword(userId: string, passwordHash: string): Promise<boolean>;
  /** Ends the sessions of a user. `except`: the id of a session that does not end. Default: all sessions end. */
  endSessions(userId: string, options?: { except: string | undefined }): Promise<void>;
  deleteExpiredSessions(now: number): Promise<void>;
  /** Changes the email address of an account. Throws `email_taken`. */
  replaceEmail(userId: string, change: { to: string; now: number }): Promise<void>;
  addLink(link: AccountLink): Promise<void>;
  findLink(link: { kind: AccountLinkKind; tokenHash: string; now: number }): Promise<AccountLink | undefined>;
  /** Removes a link. Returns false if the link was already removed. */
  removeLink(tokenHash: string): Promise<boolean>;
  deleteLinksOf(userId: string): Promise<void>;
  deleteExpiredLinks(now: number): Promise<void>;
  /** Deletes the links for a new password that the operator or an administrator made. The links that were sent in mails stay. */
  deleteResetLinksByHand(): Promise<void>;
};
