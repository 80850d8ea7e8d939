import type { AccountLinkKind } from "../../platform/database/unions.ts";

/** An account of the service. The owner of the account signs in with a password, a passkey or an identity provider. */
export type Account = {
  userId: string;
  email: string;
  name: string;
  /** Undefined: the account has no password. */
  passwordHash: string | undefined;
};
/**
 * A link that works once for one account, or a challenge for a passkey. The service stores only the hash of the link's token or of the
 * challenge.
 */
export type AccountLink = {
  tokenHash: string;
  kind: AccountLinkKind;
  userId: string;
  /**
   * The email address to which the link was sent. A person who uses the link proves that they own this email address. Undefined: the
   * service sent no mail, and a person passed the link on.
   */
  sentTo: string | undefined;
  /**
   * Identifies the password that the account had when the link was created. The link stops working when the password changes. Undefined:
   * the link does not depend on a password.
   */
  passwordMark: string | undefined;
  expiresAt: number;
};
