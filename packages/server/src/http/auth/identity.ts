/** The claims of a verified token about its subject. */
export type SubjectClaims = { subject: string; email: string | undefined; name: string | undefined };

const MAX_SUBJECT_LENGTH = 255;
export const MAX_NAME_LENGTH = 255;
export const MAX_EMAIL_LENGTH = 254;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const CONTROL = /\p{Cc}/u;

/**
 * Reads the claims of a verified token. Undefined if `sub` is not a string of 1 to 255 characters.
 * An email address that the provider marks as unverified is ignored, so that nobody gets shares by claiming an address.
 */
export function subjectClaimsOf(claims: Readonly<Record<string, unknown>>): SubjectClaims | undefined {
  const subject = plainText(claims.sub, MAX_SUBJECT_LENGTH);
  if (subject === undefined) return undefined;
  const email = plainText(claims.email, MAX_EMAIL_LENGTH);
  // Some providers send the flag as a string.
  const isUnverified = claims.email_verified === false || claims.email_verified === "false";
  return {
    subject,
    email: email !== undefined && EMAIL.test(email) && !isUnverified ? email : undefined,
    name: plainText(claims.name, MAX_NAME_LENGTH),
  };
}

/** Returns a string of 1 to `maxLength` characters without control characters and lone surrogates, or else undefined. */
export function plainText(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== "string" || value.length === 0 || value.length > maxLength) return undefined;
  // No real id, name or email address has them, and PostgreSQL can't store U+0000.
  return value.isWellFormed() && !CONTROL.test(value) ? value : undefined;
}
