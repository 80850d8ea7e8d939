import type { Mail, Notice, NoticeMail } from "../../domain/mail.ts";
import type { Page, PageRequest } from "./page.ts";

/** `attempts`: the number of claims, this one included. */
export type ClaimedMail = Mail & { createdAt: number; attempts: number; leaseEndsAt: number };

export type MailState = "waiting" | "given_up";

/** A mail as administrators see it, without the facts of its text. Instants are milliseconds since the epoch. */
export type QueuedMail = Pick<Mail, "id" | "kind" | "email"> & {
  createdAt: number;
  attempts: number;
  /** Undefined: given up. */
  dueAt: number | undefined;
  givenUpAt: number | undefined;
  /** Why the last try failed. Undefined: it was not tried yet. */
  problem: string | undefined;
};

/** The mail of a kind for a user that collects notices. There is at most one. */
export type NoticeGroup = Pick<NoticeMail, "kind" | "userId">;
export type AddedNotice = { notice: Notice; now: number; dueAt: number };

/** The durable outbox of mails. Instants are milliseconds since the epoch. */
export type MailQueries = {
  /** In the transaction that causes the mail. */
  insert(mail: Mail, options: { now: number }): Promise<void>;
  /** Adds a notice to the mail that collects those of this group. False: there is no such mail. In a transaction. */
  addNotice(group: NoticeGroup, notice: Notice): Promise<boolean>;
  /** Does the same, and makes the mail if there is none. In a transaction. */
  collect(mail: NoticeGroup & { id: string; email: string }, added: AddedNotice): Promise<void>;
  /** Claims due mails, the oldest first. They are due again when the lease ends. A claimed mail collects no more notices. */
  claim(claim: { now: number; leaseEndsAt: number; limit: number }): Promise<ClaimedMail[]>;
  /** Removes a mail that was sent. */
  remove(mailId: string): Promise<void>;
  /** Makes a mail due at `dueAt`. Does nothing when another replica has claimed it. */
  postpone(mail: Pick<ClaimedMail, "id" | "leaseEndsAt">, change: { dueAt: number; problem: string }): Promise<void>;
  /** Ends the tries to send a mail. Its row stays, so that the operator sees it. */
  giveUp(mailId: string, change: { now: number; problem: string }): Promise<void>;
  /** Lists the mails, the newest first. */
  list(page: PageRequest & { state: MailState | undefined }): Promise<Page<QueuedMail>>;
  /** Makes a mail due that was given up, as if it were new. Undefined: there is no such mail that was given up. */
  retry(mailId: string, now: number): Promise<Pick<Mail, "kind" | "email"> | undefined>;
  /** Deletes the mails that were given up before this instant. */
  deleteGivenUp(before: number): Promise<void>;
};
