import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { disabledUserQueries } from "./disabled-user-queries.ts";
import { lookupQueries } from "./lookups.ts";

/**
 * Throws `access_denied` for a disabled user, or `account_closed` if the user has deleted their account. Queries the database every time.
 */
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
