/** The authenticator app of an account (RFC 6238). */
export type SecondFactor = {
  userId: string;
  /** The secret of the app, encrypted (usecases/accounts/sealed-secret.ts). */
  sealedSecret: string;
  /** Undefined: the user has not confirmed a code yet, so the sign-in asks for no code. Milliseconds since the epoch. */
  confirmedAt: number | undefined;
};
