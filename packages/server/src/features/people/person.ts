import type { AdminAction, EmailProof, JwtIssuer, Language } from "../../platform/database/unions.ts";
/** A user, who has an account of the service, or comes from the JWTs of an issuer. */
export type Person = {
  /** An opaque text of 1 to 255 characters. For a user from JWTs, the id is usually the `sub` of the JWT (ADR 8). */
  id: string;
  email: string | undefined;
  name: string | undefined;
  isAdmin: boolean;
};
/** Identifies a user in the JWTs of one issuer. `subject` is the `sub` of the JWT. */
export type Subject = { issuer: JwtIssuer; subject: string };
/** A user with an email address. `isProven`: the user has proven that the email address is theirs. */
export type EmailHolder = { id: string; email: string; isProven: boolean };

/**
 * Returns the user who receives a share with an email address. `holders`: the users with this email address. If exactly one holder has
 * proven the email address, this holder receives the share. If no holder has proven it, and no proof is needed, the only holder receives
 * the share. Returns `ambiguous` if several holders could receive it.
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
// The pattern is stricter than the check of the accounts library, so that every stored email address works at sign-in.
const ACCOUNT_EMAIL = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;

/** Normalises an email address. Returns undefined if an account can't have this email address. */
export function readEmail(email: unknown): string | undefined {
  const normalised = typeof email === "string" ? normaliseEmail(email) : "";
  return normalised.length <= MAX_EMAIL_LENGTH && ACCOUNT_EMAIL.test(normalised) ? normalised : undefined;
}

/** The holder of a user id: an account, the subject of a JWT, or a person with neither. */
export type IdHolder = { kind: "account" } | { kind: "person" } | ({ kind: "subject" } & Subject);

/** The planned deletion of a closed account. `deleteAt`: when the service deletes the account permanently. Milliseconds since the epoch. */
export type AccountDeletion = {
  userId: string;
  /** True: the owner of the account requested the deletion, and can cancel it. False: the owner can't cancel it. */
  isByOwner: boolean;
  deleteAt: number;
};

/** A change of a user. `email`: undefined keeps the email address and its proof, null removes it. A new one has no proof. */
export type PersonChange = Pick<Person, "id" | "name" | "isAdmin"> & {
  email: string | null | undefined;
  emailProvenBy?: EmailProof | undefined;
  /** When the JWT issuer or the account stated the email address. A change with an earlier instant has no effect. Default: now. */
  emailStatedAt?: number | undefined;
  /** Undefined: no change. */
  language?: Language | undefined;
  now: number;
};

/** One entry of the log of administrators. An entry never contains a URL, a token or the content of a mail. */
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
  /** The details that pages show with the entry, such as quotaBytes or label. */
  detail: Readonly<Record<string, string | number | null>>;
};
