/** Whoever calls or is shared with: an account of ours, or the subject of an existing application's token. */
export type Person = {
  /** `sub` of the token, or the account's id; opaque, 1 to 255 characters. */
  id: string;
  email: string | undefined;
  name: string | undefined;
  isAdmin: boolean;
};

/** The authenticated caller of a use case. */
export type Caller = { userId: string };

/** An address in the one form it is stored and compared in. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}
