import type { SecondFactor } from "../../domain/second-factor.ts";

/** The authenticator apps and recovery codes of accounts. */
export type SecondFactorQueries = {
  /** Stores an app that is not confirmed yet, and replaces an earlier one. Returns false if the account has a confirmed app. */
  start(factor: { userId: string; sealedSecret: string }): Promise<boolean>;
  /** Finds the second factor of a user. Waits for a transaction that is changing it. */
  find(userId: string): Promise<SecondFactor | undefined>;
  /** Uses the code of a time step, and stores the secret again. Returns false if a code of this or a later step was already used. */
  useStep(userId: string, use: { step: number; sealedSecret: string }): Promise<boolean>;
  confirm(userId: string, now: number): Promise<void>;
  /** Removes the app and the recovery codes. Returns false if there was no confirmed app. */
  remove(userId: string): Promise<boolean>;
  replaceRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void>;
  /** Uses a recovery code. Returns false if the code is unknown or was already used. */
  useRecoveryCode(userId: string, hash: string): Promise<boolean>;
  countRecoveryCodes(userId: string): Promise<number>;
};
