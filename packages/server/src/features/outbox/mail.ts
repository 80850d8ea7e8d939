import type { Language, MailChoice, MailTopic } from "../../platform/database/unions.ts";
/** A fact that a mail reports. Without `attachmentId`, the fact is about the whole note. */
export type Notice =
  | { about: "share"; noteId: string; attachmentId?: string | undefined }
  | { about: "share-end"; noteId: string; attachmentId?: string | undefined; expiresAt: number }
  | { about: "link-opened"; linkId: string }
  /**
   * A visitor got URLs of files. `files`: the number of these files. `by`: the proven email address of the visitor. Old notices have no
   * `purpose` and no `files`.
   */
  | {
      about: "link-claimed";
      linkId: string;
      purpose?: "download" | "zip" | "view";
      files?: number;
      by?: string | undefined;
    }
  | { about: "file-received"; linkId: string }
  /** `userId`: the user who requests access. */
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

/** The changes of an account about which its owner gets a mail. `kept`: the owner cancelled the deletion of the account. */
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

/**
 * The names of the browser and its operating system, from a fixed list, so that a mail contains no text of a request. Undefined: unknown.
 */
export type BrowserNames = { browser: string | undefined; system: string | undefined };

/** A sign-in from a browser that the account has not used before. `at`: milliseconds since the epoch. */
export type NewSignIn = BrowserNames & { at: number; ip: string | undefined };

/** The kind of a mail decides the text of the mail. Some kinds have additional facts for this text. */
export type MailKind =
  | { kind: "password-reset" }
  | { kind: "email-proof"; userId: string }
  /** `passwordMark` identifies the password with which the owner requested the change. */
  | { kind: "email-change"; userId: string; passwordMark: string }
  /** The mail to the former email address after a change. `userId` is undefined if an earlier version queued the mail. */
  | { kind: "email-changed"; userId?: string }
  | { kind: "new-sign-in"; userId: string; signIn: NewSignIn }
  | { kind: "account-changed"; userId: string; change: AccountChange; at: number }
  /** The mail after the deletion of an account, by its owner or by another person who has the password. */
  | { kind: "account-closed"; userId: string }
  | { kind: "invitation"; invitationId: string }
  /** An invitation to create an account, which an administrator sends. */
  | { kind: "account-invitation"; invitationId: string }
  /** `userId`: the user who requests access. */
  | { kind: "access-request"; noteId: string; userId: string }
  /** A mail with a code for a visitor of a link. `language`: the language of the visitor. */
  | { kind: "link-code"; linkId: string; language: Language | undefined }
  /** A mail in which a person sends a link to another person. */
  | { kind: "sent-link"; sent: SentLink }
  | NoticeMail;

/** A link that a person sends by mail. If the link gets a new URL (`generation`) first, the service does not send the mail. */
export type SentLink = { linkId: string; generation: number; sentBy: string; message: string };

/** A mail in the outbox. The row contains no secret, because the service makes the URL in a mail only when it sends the mail. */
export type Mail = MailKind & { id: string; email: string };

/** The person who has the mail settings: a user, or a reader of mails with this email address, who may have no account. */
export type MailHolder = { userId: string } | { email: string };

export type MailChoices = Record<MailTopic, MailChoice>;

/** A mail that one replica has leased. `attempts`: how often replicas have leased this mail, including the current lease. */
export type LeasedMail = Mail & { createdAt: number; attempts: number; leaseEndsAt: number };

export type MailState = "waiting" | "given_up";

/** A mail without its content, in the form that administrators see. Instants are milliseconds since the epoch. */
export type QueuedMail = Pick<Mail, "id" | "kind" | "email"> & {
  createdAt: number;
  attempts: number;
  /** The instant of the next try. Undefined: the service no longer tries to send the mail. */
  dueAt: number | undefined;
  givenUpAt: number | undefined;
  /** The reason why the last try failed. Undefined: no try has failed. */
  problem: string | undefined;
};

/** The notices of one kind for one user. At most one mail of a group waits at a time, and collects the notices of this group. */
export type NoticeGroup = Pick<NoticeMail, "kind" | "userId">;

export type AddedNotice = { notice: Notice; now: number; dueAt: number };
