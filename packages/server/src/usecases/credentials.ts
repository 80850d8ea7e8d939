import { DomainError } from "../domain/errors.ts";
import type { Caller } from "../domain/person.ts";
import { requireEnabled } from "./disabled-users.ts";
import type { Queries } from "./ports/index.ts";

/**
 * Throws `access_denied` if the user was disabled, or the credential of the request revoked, after the request began.
 * A transaction calls it, because another request can revoke the credential at any time.
 */
export async function requireLiveCredential(tx: Queries, { userId, credential }: Caller): Promise<void> {
  await requireEnabled({ db: tx })(userId);
  if (credential === undefined || (await tx.credentials.exists(credential))) return;
  throw new DomainError("access_denied", "Your session or API token was revoked. Sign in again, or use another token.");
}
