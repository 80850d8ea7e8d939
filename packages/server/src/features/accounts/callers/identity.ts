import { HttpProblem } from "../../../platform/http/problem.ts";
import type { Claims } from "../../people/find-users.ts";
import { MAX_EMAIL_LENGTH } from "../../people/person.ts";

/** The claims of a verified JWT about a user. */
export type SubjectClaims = Claims & { subject: string };

export const MAX_SUBJECT_LENGTH = 255;
export const MAX_NAME_LENGTH = 255;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const CONTROL = /\p{Cc}/u;

/**
 * Reads the claims of a verified JWT. Returns undefined if the claim with the user's id is not a string of 1 to 255 characters. Ignores the
 * email address if `email_verified` is present and not true. Otherwise, users could state any email address, and get the shares with this
 * email address.
 */
export function subjectClaimsOf(
  claims: Readonly<Record<string, unknown>>,
  userClaim = "sub",
): SubjectClaims | undefined {
  const id = Object.hasOwn(claims, userClaim) ? claims[userClaim] : undefined;
  // Many applications have numbers as user ids, but `sub` must be a string (RFC 7519, section 4.1.2).
  const text = userClaim !== "sub" && Number.isSafeInteger(id) ? String(id) : id;
  const subject = plainText(text, MAX_SUBJECT_LENGTH);
  if (subject === undefined) return undefined;
  const { email_verified: verified } = claims;
  // Some providers send `email_verified` as a string.
  const isEmailVerified = verified === true || verified === "true";
  const isUnverified = !isEmailVerified && verified !== undefined && verified !== null;
  return {
    subject,
    email: isUnverified ? null : emailOf(claims.email),
    isEmailVerified,
    name: plainText(claims.name, MAX_NAME_LENGTH),
    issuedAt: typeof claims.iat === "number" && Number.isFinite(claims.iat) ? Math.trunc(claims.iat * 1000) : undefined,
  };
}

function emailOf(claim: unknown): string | null | undefined {
  if (claim === undefined || claim === null) return undefined;
  const email = plainText(claim, MAX_EMAIL_LENGTH);
  return email !== undefined && EMAIL.test(email) ? email : null;
}

/** Returns a string of 1 to `maxLength` characters without control characters and lone surrogates, or undefined for any other value. */
export function plainText(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== "string" || value.length === 0 || value.length > maxLength) return undefined;
  // No real id, name or email address has these characters, and PostgreSQL can't store U+0000.
  return value.isWellFormed() && !CONTROL.test(value) ? value : undefined;
}

/** Creates the error for refused credentials. The default challenge is for a bearer token (RFC 6750 section 3.1). */
export function unauthenticated(message: string, challenge = 'Bearer error="invalid_token"'): HttpProblem {
  return new HttpProblem("unauthenticated", message, { headers: { "WWW-Authenticate": challenge } });
}
