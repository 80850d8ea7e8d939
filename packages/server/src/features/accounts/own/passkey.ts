/** A credential in a device or a password manager. With this credential, a user signs in without a password (WebAuthn). */
export type Passkey = {
  id: string;
  userId: string;
  /** The id that the authenticator gave to the passkey. Base64url. */
  credentialId: string;
  /** A COSE key. Base64url. */
  publicKey: string;
  /** The number of signatures that the authenticator has counted. Most authenticators do not count signatures, and always report 0. */
  counter: number;
  /** The ways in which a browser can reach the authenticator, such as `internal`. */
  transports: readonly string[];
  name: string;
  createdAt: number;
  /** Undefined: nobody has signed in with this passkey yet. */
  lastUsedAt: number | undefined;
};
