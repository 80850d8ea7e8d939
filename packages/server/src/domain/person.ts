/** A user: an account of the service, or the subject of a token of another application. */
export type Person = {
  /** The id of the account, or `sub` of the token. Opaque, 1 to 255 characters. */
  id: string;
  email: string | undefined;
  name: string | undefined;
  isAdmin: boolean;
};

/** The authenticated caller of a use case. */
export type Caller = { userId: string };

/** Normalises an email address for storage and comparison. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}
