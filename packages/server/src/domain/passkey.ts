/** A credential in a device or a password manager. With it, a user signs in without a password (WebAuthn). */
export type Passkey = {
  id: string;
  userId: string;
  /** The id that the authenticator gave to the passkey. Base64url. */
  credentialId: string;
  /** A COSE key. Base64url. */
  publicKey: string;
  /** The number of signatures that the authenticator has counted. Most passkeys do not count, and always report 0. */
  counter: number;
  /** How a browser reaches the authenticator, such as `internal`. */
  transports: readonly string[];
  name: string;
  createdAt: number;
  /** Undefined: not used yet. */
  lastUsedAt: number | undefined;
};
