import type { Credential } from "../../domain/person.ts";

export type CredentialQueries = {
  /** Delays other transactions that create or revoke the API tokens of this user until this one ends. */
  lock(userId: string): Promise<void>;
  /** Whether the session or API token was not revoked and has not expired. */
  exists(credential: Credential): Promise<boolean>;
};
