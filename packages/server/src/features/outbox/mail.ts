import type { Language, MailChoice, MailTopic } from "../../platform/database/unions.ts";
/** A fact that a mail reports. If `attachmentId` is undefined, the fact is about the whole note. */
export type Notice =
  | { about: "share"; noteId: string; attachmentId?: string | undefined }
  | { about: "share-end"; noteId: string; attachmentId?: string | undefined; expiresAt: number }
  | { about: "link-opened"; linkId: string }
  /** A visitor got URLs of files. `files`: the number of files. `by`: the proven email address. Old notices lack `purpose` and `files`. */
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

/** A notice that occurred `count` times. */
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

/** The changes that the owner of an account gets a mail about. `kept`: the owner cancelled the deletion. */
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

/** The browser and its system, from a fixed list, so that a mail has no text of a request. Undefined: unknown. */
export type BrowserNames = { browser: string | undefined; system: string | undefined };

/** A sign-in from a browser that the account did not know. `at`: milliseconds since the epoch. */
export type NewSignIn = BrowserNames & { at: number; ip: string | undefined };

/** The kind of a mail decides its text. Some kinds have additional facts for the text. */
export type MailKind =
  | { kind: "password-reset" }
  | { kind: "email-proof"; userId: string }
  /** `passwordMark` identifies the password that the owner entered to request the change. */
  | { kind: "email-change"; userId: string; passwordMark: string }
  /** To the old email address, after it was changed. Undefined `userId`: queued by an earlier version. */
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
  /** A mail that contains a code for a visitor of a link. `language`: the language of the visitor. */
  | { kind: "link-code"; linkId: string; language: Language | undefined }
  /** A mail in which a person sends a link to another person. */
  | { kind: "sent-link"; sent: SentLink }
  | NoticeMail;

/** A link that a person sends by mail. If it gets a new URL (`generation`) before, the mail is not sent. */
export type SentLink = { linkId: string; generation: number; sentBy: string; message: string };

/** A mail that waits to be sent. The row contains no secret, because the service creates the link of a mail only when it sends the mail. */
export type Mail = MailKind & { id: string; email: string };

/** The person who has the mail settings: a user, or the reader of an email address, who may have no account. */
export type MailHolder = { userId: string } | { email: string };

export type MailChoices = Record<MailTopic, MailChoice>;

/** A mail that one replica has leased. `attempts`: how often replicas have leased the mail, including this time. */
export type LeasedMail = Mail & { createdAt: number; attempts: number; leaseEndsAt: number };

export type MailState = "waiting" | "given_up";

/** A mail without its content, in the form that administrators see. Instants are milliseconds since the epoch. */
export type QueuedMail = Pick<Mail, "id" | "kind" | "email"> & {
  createdAt: number;
  attempts: number;
  /** The instant of the next try to send the mail. Undefined: the service has stopped trying. */
  dueAt: number | undefined;
  givenUpAt: number | undefined;
  /** The reason why the last try failed. Undefined: no try has failed. */
  problem: string | undefined;
};

/** The notices of one kind for one user. At most one waiting mail collects the notices of a group. */
export type NoticeGroup = Pick<NoticeMail, "kind" | "userId">;

export type AddedNotice = { notice: Notice; now: number; dueAt: number };
