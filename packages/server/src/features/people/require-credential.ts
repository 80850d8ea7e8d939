import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { credentialQueries } from "./credential-queries.ts";

/**
 * Throws `access_denied` if the session or API token of the request was revoked after the request began.
 * Call it inside the transaction that makes the change, because another request can revoke the credential at any time.
 */
export async function requireCredential(tx: Tx, { credential }: Caller): Promise<void> {
  if (credential === undefined || (await credentialQueries(tx).exists(credential))) return;
  throw new DomainError("access_denied", "Your session or API token was revoked. Sign in again, or use another token.");
}
