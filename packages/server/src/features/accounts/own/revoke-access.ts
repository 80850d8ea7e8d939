import type { Tx } from "../../../platform/database/queries.ts";
import { webhookQueries } from "../../outbox/webhook-queries.ts";
import { credentialQueries } from "../../people/revocation.ts";
import { passkeyQueries } from "../passkey-queries.ts";

/**
 * Removes the API tokens, passkeys and webhooks of a user, because they would still work after a change of the password.
 * The caller must hold the lock of the user, so that a token or passkey that is being created is also removed. The caller must end the
 * sessions after this call, and not before. The reason: a sign-in with a passkey stores its session before it records the use of the
 * passkey.
 */
export async function revokeAccess(tx: Tx, userId: string): Promise<void> {
  await credentialQueries(tx).deleteTokens(userId);
  await passkeyQueries(tx).removeAll(userId);
  await webhookQueries(tx).deleteAllOf(userId);
}
