import type { Language, MailChoice, MailTopic } from "../../platform/database/unions.ts";
/** A fact that a mail reports. `attachmentId` undefined: the fact is about the whole note. */
export type Notice =
  | { about: "share"; noteId: string; attachmentId?: string | undefined }
  | { about: "share-end"; noteId: string; attachmentId?: string | undefined; expiresAt: number }
  | { about: "link-opened"; linkId: string }
  /**
   * The act of a visitor, and the number of its files. `by`: the email address that the visitor has proven. An earlier version stored
   * notices without `purpose` and `files`.
   */
  | {
      about: "link-claimed";
      linkId: string;
      purpose?: "download" | "zip" | "view";
      files?: number;
      by?: string | undefined;
    }
  | { about: "file-received"; linkId: string }
  /** `userId`: the user who asks for access. */
  | { about: "access-request"; noteId: string; userId: string };

/** `count`: how often the fact occurred. */
export type CountedNotice = Notice & { count: number };

const TOPICS: Record<Notice["about"], MailTopic> = {
  share: "shares",
  "share-end": "expiry",
  "link-opened": "links",
  "link-claimed": "links",
  "file-received": "files",
  "access-request": "requests",
};

export function topicOf({ about }: Pick<Notice, "about">): MailTopic {
  return TOPICS[about];
}

/** A mail that collects notices for one user until the mail is due. `digest`: the daily digest. */
export type NoticeMail = {
  kind: Exclude<MailTopic, "requests"> | "digest";
  userId: string;
  notices: readonly CountedNotice[];
};

/**
 * The changes that affect how an account is protected. The service sends the owner of the account a mail about each of these changes.
 * `kept`: the deletion of the account was cancelled.
 */
const accountChanges = [
  "password-changed",
  "password-reset",
  "email-changed",
  "second-factor-on",
  "second-factor-off",
  "recovery-codes-renewed",
  "passkey-added",
  "passkey-removed",
  "token-created",
  "kept",
] as const;
export type AccountChange = (typeof accountChanges)[number];

/** The names of a browser and its system, from a list, so that a mail contains no text from an HTTP request. Undefined: unknown. */
export type BrowserNames = { browser: string | undefined; system: string | undefined };

/** A sign-in from a browser that was not known to the account. `at`: milliseconds since the epoch. */
export type NewSignIn = BrowserNames & { at: number; ip: string | undefined };

/** The kind of a mail, which decides its text, and the facts that only this text needs. */
export type MailKind =
  | { kind: "password-reset" }
  | { kind: "email-proof"; userId: string }
  /** `passwordMark`: identifies the password that the owner entered to request the change. */
  | { kind: "email-change"; userId: string; passwordMark: string }
  /**
   * A mail to the old email address after the email address of an account changed. `userId` undefined: an earlier version queued the mail.
   */
  | { kind: "email-changed"; userId?: string }
  | { kind: "new-sign-in"; userId: string; signIn: NewSignIn }
  | { kind: "account-changed"; userId: string; change: AccountChange; at: number }
  /** Reports that the owner, or another person who has the password, deleted the account. */
  | { kind: "account-closed"; userId: string }
  | { kind: "invitation"; invitationId: string }
  /** An invitation to create an account, which an administrator sends. */
  | { kind: "account-invitation"; invitationId: string }
  /** `userId`: the user who asks for access. */
  | { kind: "access-request"; noteId: string; userId: string }
  /** A mail with a code for a visitor of a link. `language`: the language of the visitor. */
  | { kind: "link-code"; linkId: string; language: Language | undefined }
  /** A mail with which a person sends a link to somebody. */
  | { kind: "sent-link"; sent: SentLink }
  | NoticeMail;

/** A link that a person sends by mail. `generation`: if the link has another URL when the mail is due, the mail is not sent. */
export type SentLink = { linkId: string; generation: number; sentBy: string; message: string };

/** A mail that waits to be sent. The row contains no secret, because the service creates the link only when it sends the mail. */
export type Mail = MailKind & { id: string; email: string };

/** The person who has the mail settings: a user, or the reader of an email address, who may have no account. */
export type MailHolder = { userId: string } | { email: string };

export type MailChoices = Record<MailTopic, MailChoice>;

/** A mail that one replica has reserved. `attempts`: how often replicas have reserved it, including this time. */
export type LeasedMail = Mail & { createdAt: number; attempts: number; leaseEndsAt: number };

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
