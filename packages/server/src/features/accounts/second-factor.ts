/** The second factor of an account: an authenticator app that shows codes (RFC 6238). */
export type SecondFactor = {
  userId: string;
  /** The secret of the authenticator app, encrypted (platform/crypto/secrets.ts). */
  sealedSecret: string;
  /** Undefined: the user has not confirmed a code yet, so the sign-in asks for no code. Milliseconds since the epoch. */
  confirmedAt: number | undefined;
};
