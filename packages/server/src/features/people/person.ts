import type { AdminAction, EmailProof, JwtIssuer, Language } from "../../platform/database/unions.ts";
/** A user. The user either has an account of the service, or comes from the JWTs of an issuer. */
export type Person = {
  /** Opaque, 1 to 255 characters. For a user from JWTs, the id is usually the `sub` of the JWT (ADR 8). */
  id: string;
  email: string | undefined;
  name: string | undefined;
  isAdmin: boolean;
};
/** Identifies a user in the JWTs of one issuer. `subject` is the `sub` of the JWT. */
export type Subject = { issuer: JwtIssuer; subject: string };
/** A user with an email address. `isProven`: the user has proven the ownership of this email address. */
export type EmailHolder = { id: string; email: string; isProven: boolean };

/**
 * Returns the user who receives a share that names an email address. `holders` are the users with this email address.
 * If exactly one holder has proven the email address, this holder receives the share. If no holder has proven it and no proof is needed,
 * the only holder receives the share. Returns `ambiguous` if several holders could receive the share.
 */
export function receiverAmong(
  holders: readonly EmailHolder[],
  { needsProof = false }: { needsProof?: boolean } = {},
): EmailHolder | "unknown" | "ambiguous" {
  const proven = holders.filter((holder) => holder.isProven);
  const [receiver, another] = proven.length > 0 || needsProof ? proven : holders;
  if (receiver === undefined) return "unknown";
  return another === undefined ? receiver : "ambiguous";
}

/**
 * Normalises an email address for storage and comparison. Only ASCII letters become lower case. With Unicode rules, the Kelvin sign would
 * become a k, and one email address would become the email address of another person.
 */
export function normaliseEmail(email: string): string {
  return email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export const MAX_EMAIL_LENGTH = 254;
// The pattern is stricter than the check of the accounts library at sign-in. Therefore every stored email address passes the check at
// sign-in.
const ACCOUNT_EMAIL = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;

/** Normalises an email address. Returns undefined if an account can't have this email address. */
export function readEmail(email: unknown): string | undefined {
  const normalised = typeof email === "string" ? normaliseEmail(email) : "";
  return normalised.length <= MAX_EMAIL_LENGTH && ACCOUNT_EMAIL.test(normalised) ? normalised : undefined;
}

/** The owner of a user id: an account, the subject of a JWT, or a person who has neither. */
export type IdHolder = { kind: "account" } | { kind: "person" } | ({ kind: "subject" } & Subject);

/** A user whose account is closed. The service deletes the account permanently at `deleteAt`, in milliseconds since the epoch. */
export type AccountDeletion = {
  userId: string;
  /** True: the owner of the account requested the deletion, and can cancel it. False: the owner can't cancel the deletion. */
  isByOwner: boolean;
  deleteAt: number;
};

/** Undefined `email`: unchanged with its proof. Null: removed. A changed email address has no proof. */
export type PersonChange = Pick<Person, "id" | "name" | "isAdmin"> & {
  email: string | null | undefined;
  emailProvenBy?: EmailProof | undefined;
  /** When the issuer or the account stated the email address. An earlier one changes nothing. Default: now. */
  emailStatedAt?: number | undefined;
  /** Undefined: no change. */
  language?: Language | undefined;
  now: number;
};

/** One entry of the log that records the actions of administrators. An entry never contains a URL, a token or the content of a mail. */
export type AdminEvent = {
  /** A UUIDv7, so that ids sort by time. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  action: AdminAction;
  /** The administrator. Undefined: the operator used a command. */
  actorId: string | undefined;
  /** The id of the user, link, mail, webhook or invitation that the action changed. For a changed policy rule, the name of the rule. */
  subjectId: string;
  /** Facts that pages show with the entry, such as quotaBytes or label. */
  detail: Readonly<Record<string, string | number | null>>;
};
