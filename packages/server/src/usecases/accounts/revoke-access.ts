import type { Queries } from "../ports/index.ts";

/**
 * Removes the API tokens, passkeys and webhooks of a user, which work without the password. The caller holds the lock of the user, so
 * that none survives that is being created. It ends the sessions afterwards: a sign-in with a passkey stores its session first.
 */
export async function revokeAccess(tx: Queries, userId: string): Promise<void> {
  await tx.apiTokens.deleteAll(userId);
  await tx.passkeys.removeAll(userId);
  await tx.webhooks.deleteAllOf(userId);
}
