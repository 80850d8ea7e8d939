import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { requireCredential } from "../../people/revocation.ts";
import { accountQueries } from "../queries.ts";

/** The caller, who has just entered the right password. `passwordHash`: the hash of this password. */
export type Owner = { caller: Caller; passwordHash: string };

/**
 * Checks that a request is still allowed after the password of the caller was checked. Throws `access_denied` if the session has ended
 * since then, and `wrong_password` if the password was replaced.
 */
export async function requireOwner(tx: Tx, { caller, passwordHash }: Owner): Promise<void> {
  await requireCredential(tx, caller);
  if (await accountQueries(tx).hasPassword(caller.userId, passwordHash)) return;
  throw new DomainError("wrong_password", "The password of this account has just changed. Try again.");
}

/** Ends the sessions of the caller, except the session of the request. */
export async function endOtherSessions(tx: Tx, { userId, credential }: Caller): Promise<void> {
  await accountQueries(tx).endSessions(userId, { except: credential?.kind === "session" ? credential.id : undefined });
}

/** Returns whether the account of the caller has a password. A caller without an account has none. */
export function hasPassword({ db }: Pick<Deps, "db">) {
  return async ({ userId }: Caller): Promise<boolean> =>
    (await accountQueries(db).find(userId))?.passwordHash !== undefined;
}
