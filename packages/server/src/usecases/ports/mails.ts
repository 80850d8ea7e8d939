import type { Mail, Notice, NoticeMail } from "../../domain/mail.ts";
import type { Page, PageRequest } from "./page.ts";

/** `attempts`: the number of claims, including this one. */
export type ClaimedMail = Mail & { createdAt: number; attempts: number; leaseEndsAt: number };

export type MailState = "waiting" | "given_up";

/** A mail as administrators see it, without the facts of its text. Instants are milliseconds since the epoch. */
export type QueuedMail = Pick<Mail, "id" | "kind" | "email"> & {
  createdAt: number;
  attempts: number;
  /** Undefined: the service no longer tries to send it. */
  dueAt: number | undefined;
  givenUpAt: number | undefined;
  /** Why the last try failed. Undefined: the service has not tried yet. */
  problem: string | undefined;
};

/** Identifies the mail of one kind that collects notices for a user. There is at most one such mail. */
export type NoticeGroup = Pick<NoticeMail, "kind" | "userId">;
export type AddedNotice = { notice: Notice; now: number; dueAt: number };

/** The durable outbox of mails. Instants are milliseconds since the epoch. */
export type MailQueries = {
  /** Call it in the transaction that causes the mail. */
  insert(mail: Mail, options: { now: number }): Promise<void>;
  /**
   * Adds a notice to the mail that collects the notices of this group. Returns false if there is no such
   * mail. Call it in a transaction.
   */
  addNotice(group: NoticeGroup, notice: Notice): Promise<boolean>;
  /** Adds a notice as `addNotice` does, but makes the mail if there is none. Call it in a transaction. */
  collect(mail: NoticeGroup & { id: string; email: string }, added: AddedNotice): Promise<void>;
  /** Claims due mails, the oldest first. They are due again when the lease ends. A claimed mail collects no more notices. */
  claim(claim: { now: number; leaseEndsAt: number; limit: number }): Promise<ClaimedMail[]>;
  /** Removes a mail that was sent. */
  remove(mailId: string): Promise<void>;
  /** Makes a mail due at `dueAt`. Does nothing when another replica has claimed it. */
  postpone(mail: Pick<ClaimedMail, "id" | "leaseEndsAt">, change: { dueAt: number; problem: string }): Promise<void>;
  /** Ends the tries to send a mail. The row of the mail stays, so that the operator sees the mail. */
  giveUp(mailId: string, change: { now: number; problem: string }): Promise<void>;
  /** Lists the mails, the newest first. */
  list(page: PageRequest & { state: MailState | undefined }): Promise<Page<QueuedMail>>;
  /** Makes a mail due again that had failed finally, as if the mail were new. Returns undefined if there is no such mail. */
  retry(mailId: string, now: number): Promise<Pick<Mail, "kind" | "email"> | undefined>;
  /** Deletes the mails that failed finally before this instant. */
  deleteGivenUp(before: number): Promise<void>;
};
