import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Mail, Notice, NoticeMail } from "./mail.ts";

/** A mail that one replica has reserved. `attempts`: how often replicas have reserved it, including this time. */
export type ClaimedMail = Mail & { createdAt: number; attempts: number; leaseEndsAt: number };

export type MailState = "waiting" | "given_up";

/** A mail in the form that administrators see, without its content. Instants are milliseconds since the epoch. */
export type QueuedMail = Pick<Mail, "id" | "kind" | "email"> & {
  createdAt: number;
  attempts: number;
  /** When the service next tries to send the mail. Undefined: the service has stopped trying. */
  dueAt: number | undefined;
  givenUpAt: number | undefined;
  /** The reason why the last try failed. Undefined: no try has failed yet. */
  problem: string | undefined;
};

/**
 * Identifies the mail that collects notices of one kind for a user. For each kind and user, there is at most one mail that collects
 * notices.
 */
export type NoticeGroup = Pick<NoticeMail, "kind" | "userId">;
export type AddedNotice = { notice: Notice; now: number; dueAt: number };

/** The durable outbox of mails. Instants are milliseconds since the epoch. */
export type MailQueries = {
  /** Adds a mail to the outbox. Call it in the transaction that causes the mail. */
  insert(mail: Mail, options: { now: number }): Promise<void>;
  /**
   * Adds a notice to the mail that collects the notices of this group. Returns false if there is no such
   * mail. Call it in a transaction.
   */
  addNotice(group: NoticeGroup, notice: Notice): Promise<boolean>;
  /** Adds a notice as `addNotice` does, but creates the mail if there is none. Call it in a transaction. */
  collect(mail: NoticeGroup & { id: string; email: string }, added: AddedNotice): Promise<void>;
  /**
   * Reserves due mails for this replica, the oldest first. When the lease ends, the mails are due again. A reserved mail collects no more
   * notices.
   */
  claim(claim: { now: number; leaseEndsAt: number; limit: number }): Promise<ClaimedMail[]>;
  /** Removes a mail that was sent. */
  remove(mailId: string): Promise<void>;
  /**
   * Makes a mail due at `dueAt`. `createdAt`: the start of the waiting time, if it changes. Does nothing if another replica has reserved the
   * mail in the meantime.
   */
  postpone(
    mail: Pick<ClaimedMail, "id" | "leaseEndsAt">,
    change: { dueAt: number; problem?: string; createdAt?: number },
  ): Promise<void>;
  /** Ends the tries to send a mail. The row of the mail stays, so that administrators see the mail. */
  giveUp(mailId: string, change: { now: number; problem: string }): Promise<void>;
  /** Lists the mails, the newest first. */
  list(page: PageRequest & { state: MailState | undefined }): Promise<Page<QueuedMail>>;
  /**
   * Makes a mail due again that the service stopped trying to send. The mail then counts as new. Returns undefined if there is no such
   * mail.
   */
  retry(mailId: string, now: number): Promise<Pick<Mail, "kind" | "email"> | undefined>;
  /** Deletes the mails that the service stopped trying to send before this instant. */
  deleteGivenUp(before: number): Promise<void>;
};
