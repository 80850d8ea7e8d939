/** An account of the service, which signs in with a password or with an identity provider. */
export type Account = {
  userId: string;
  email: string;
  name: string;
  /** Undefined: the account has no password. */
  passwordHash: string | undefined;
};

export type AccountLinkKind = "password-reset" | "email-proof" | "email-change" | "passkey-challenge";

/** A link of an account that works once, or a challenge of a passkey. Only its holder knows the token. */
export type AccountLink = {
  tokenHash: string;
  kind: AccountLinkKind;
  userId: string;
  /**
   * The email address that received the link, and that the link proves. Undefined: no mail
   * contained the link, and a person passed it on.
   */
  sentTo: string | undefined;
  /**
   * Identifies the password at the time of the request. The link stops working when the password changes. Undefined: the link does not
   * depend on a password.
   */
  passwordMark: string | undefined;
  expiresAt: number;
};
