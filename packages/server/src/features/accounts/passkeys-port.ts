import type { Passkey } from "./own/passkey.ts";

export type PasskeyQueries = {
  /** Lists the passkeys of a user, the oldest first. */
  list(userId: string): Promise<Passkey[]>;
  findByCredential(credentialId: string): Promise<Passkey | undefined>;
  /** Stores a new passkey. Throws `passkey_exists`. */
  insert(passkey: Passkey): Promise<void>;
  /**
   * Records a sign-in with a passkey. If another transaction is removing the passkey, waits for it first. Returns false if the passkey was
   * removed, or if another sign-in has used it at the same time.
   */
  use(passkeyId: string, use: { counter: { from: number; to: number }; now: number }): Promise<boolean>;
  /** Changes the name of a passkey. Returns false if the user has no such passkey. */
  rename(userId: string, passkey: Pick<Passkey, "id" | "name">): Promise<boolean>;
  /** Removes a passkey. Returns false if the user has no such passkey. */
  remove(userId: string, passkeyId: string): Promise<boolean>;
  removeAll(userId: string): Promise<void>;
};
