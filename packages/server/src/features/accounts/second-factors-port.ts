import type { SecondFactor } from "./second-factor.ts";

/** The queries for the authenticator apps and recovery codes of accounts. */
export type SecondFactorQueries = {
  /**
   * Stores the secret of an authenticator app that is not confirmed yet. Replaces the secret of an earlier app that was not confirmed.
   * Returns false if the account has a confirmed app.
   */
  start(factor: { userId: string; sealedSecret: string }): Promise<boolean>;
  /** Finds the second factor of a user. If another transaction is changing the second factor, waits for that transaction first. */
  find(userId: string): Promise<SecondFactor | undefined>;
  /**
   * Marks the code of a time step as used, and replaces the encrypted secret. Returns false if a code of this or a later time step was
   * already used.
   */
  useStep(userId: string, use: { step: number; sealedSecret: string }): Promise<boolean>;
  confirm(userId: string, now: number): Promise<void>;
  /** Removes the authenticator app and the recovery codes. Returns false if there was no confirmed app. */
  remove(userId: string): Promise<boolean>;
  replaceRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void>;
  /** Removes a recovery code because it is used. Returns false if the code is unknown or was already used. */
  useRecoveryCode(userId: string, hash: string): Promise<boolean>;
  countRecoveryCodes(userId: string): Promise<number>;
};
