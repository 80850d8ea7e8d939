import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { lookupQueries } from "./lookup-queries.ts";
import { credentialQueries, disabledUserQueries } from "./queries.ts";

/** Throws `access_denied` for a disabled user, or `account_closed` if the user has deleted the account. Each call queries the database. */
export function requireEnabled({ db }: { db: Tx }) {
  return async (userId: string): Promise<void> => {
    if (!(await lookupQueries(db).isDisabled(userId))) return;
    const deletion = await disabledUserQueries(db).findDeletion(userId);
    if (deletion?.isByOwner !== true) {
      throw new DomainError("access_denied", "This user is disabled. Ask an administrator to enable it.");
    }
    const day = new Date(deletion.deleteAt).toISOString().slice(0, 10);
    throw new DomainError(
      "account_closed",
      `You deleted this account. It is closed, and is deleted for good on ${day}.`,
    );
  };
}

/**
 * Throws `access_denied` if the session or API token of the request was revoked after the request began. The caller must call the function
 * in the transaction that makes the change, because another request can revoke the credential at any time.
 */
export async function requireCredential(tx: Tx, { credential }: Caller): Promise<void> {
  if (credential === undefined || (await credentialQueries(tx).exists(credential))) return;
  throw new DomainError("access_denied", "Your session or API token was revoked. Sign in again, or use another token.");
}
