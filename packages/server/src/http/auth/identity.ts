/** Who a verified token or an account says someone is. */
export type Identity = { id: string; email: string | undefined; name: string | undefined };

const MAX_ID_LENGTH = 255;
export const MAX_NAME_LENGTH = 255;
export const MAX_EMAIL_LENGTH = 254;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const CONTROL = /\p{Cc}/u;

/**
 * Reads the claims of a verified token; undefined when `sub` is not a text of 1 to 255 characters.
 * An address counts only when it looks like one and the provider does not say that it is unverified:
 * what is shared with an address must not reach someone who merely claims it.
 */
export function identityOf(claims: Readonly<Record<string, unknown>>): Identity | undefined {
  const id = plainText(claims.sub, MAX_ID_LENGTH);
  if (id === undefined) return undefined;
  const email = plainText(claims.email, MAX_EMAIL_LENGTH);
  // Some providers write the flag as a text.
  const isUnverified = claims.email_verified === false || claims.email_verified === "false";
  return {
    id,
    email: email !== undefined && EMAIL.test(email) && !isUnverified ? email : undefined,
    name: plainText(claims.name, MAX_NAME_LENGTH),
  };
}

/** The value if it is a text of 1 to `maxLength` characters without control characters or half surrogates; else undefined. */
export function plainText(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== "string" || value.length === 0 || value.length > maxLength) return undefined;
  // No real id, name or address has them, and PostgreSQL can't store U+0000.
  return value.isWellFormed() && !CONTROL.test(value) ? value : undefined;
}
