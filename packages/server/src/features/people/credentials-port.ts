import type { Credential } from "../access/caller.ts";

export type CredentialQueries = {
  /** Locks the credentials of a user. Until this transaction ends, other transactions that call `lock` for the same user wait. */
  lock(userId: string): Promise<void>;
  /** Returns whether the session or API token still exists. Returns false if it was revoked. */
  exists(credential: Credential): Promise<boolean>;
  /** Deletes all tokens of this user. Returns the number of deleted tokens. */
  deleteTokens(userId: string): Promise<number>;
};
