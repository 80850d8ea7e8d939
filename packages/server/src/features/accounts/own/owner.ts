import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import type { AccountChange } from "../../outbox/mail.ts";
import { queueMailIfOn } from "../../outbox/queue-mail.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { requireCredential } from "../../people/revocation.ts";
import { accountQueries } from "../queries/accounts.ts";

/** A caller who has just entered the right password. `passwordHash`: the hash of this password. */
export type Owner = { caller: Caller; passwordHash: string };

/** Checks the caller again. Throws `access_denied` if the session has ended, and `wrong_password` if the password was replaced. */
export async function requireOwner(tx: Tx, { caller, passwordHash }: Owner): Promise<void> {
  await requireCredential(tx, caller);
  if (await accountQueries(tx).hasPassword(caller.userId, passwordHash)) return;
  throw new DomainError("wrong_password", "The password of this account has just changed. Try again.");
}

/** Ends the sessions of the caller, except the session of the request. */
export async function endOtherSessions(tx: Tx, { userId, credential }: Caller): Promise<void> {
  await accountQueries(tx).endSessions(userId, { except: credential?.kind === "session" ? credential.id : undefined });
}

/** Returns whether the account of the caller has a password. Returns false for a caller without an account. */
export function hasPassword({ db }: Pick<Deps, "db">) {
  return async ({ userId }: Caller): Promise<boolean> =>
    (await accountQueries(db).find(userId))?.passwordHash !== undefined;
}

/** Returns the user of a session as the caller. Each call queries the database, so that an ended session stops working immediately. */
export function authenticateSession({ db }: Deps) {
  return async (token: string): Promise<Caller | undefined> => {
    const found = await lookupQueries(db).session(token);
    return found && { userId: found.userId, credential: { kind: "session", id: found.id } };
  };
}

/** Deletes expired sessions, which no request needs again. */
export function deleteExpiredSessions({ db, clock }: Deps) {
  return (): Promise<void> => accountQueries(db).deleteExpiredSessions(clock());
}

/**
 * Queues a mail that warns the owner of an account about a change, such as a new password. Runs in the transaction of the change. The
 * service sends the mail even to an unproven email address, so that the owner of the email address learns that a stranger has made the
 * account.
 */
export async function warnOfChange(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Tx,
  { userId, change }: { userId: string; change: AccountChange },
): Promise<void> {
  const email = (await accountQueries(tx).find(userId))?.email;
  if (email === undefined) return;
  await queueMailIfOn(deps, tx, { kind: "account-changed", userId, change, email, at: deps.clock() });
}
