import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import { reopen } from "../accounts/delete-account.ts";
import { requireAdministrator } from "../people.ts";
import type { Deps, Page, PageRequest, PersonRecord, Queries } from "../ports/index.ts";
import { type Actor, act, type Log } from "./act.ts";

/** Lists the users, the newest first. Throws `access_denied`. */
export function listPeople({ db }: Deps) {
  return async (caller: Caller, page: PageRequest & { text: string | undefined }): Promise<Page<PersonRecord>> => {
    await requireAdministrator(db, caller);
    return db.administration.listPeople(page);
  };
}

/** `isDisabled` and `quotaBytes` undefined: they stay. `quotaBytes` null: the quota of the service applies again. */
export type PersonChange = { isDisabled?: boolean | undefined; quotaBytes?: number | null | undefined };

/** Disables or enables a user, and sets the quota. Throws `access_denied`, `user_not_found` or `last_administrator`. */
export function changePerson(deps: Deps) {
  return async (actor: Actor, userId: string, { isDisabled, quotaBytes }: PersonChange): Promise<PersonRecord> =>
    act(deps, actor, async (tx, { log, administrators, now }) => {
      if ((await tx.people.find(userId)) === undefined) throw new DomainError("user_not_found", "User not found");
      if (isDisabled === true) {
        if (actor?.userId === userId && administrators.length === 1) throw lastAdministrator();
        await disable(tx, { userId, administrators, log, now });
      }
      if (isDisabled === false && (await reopen(tx, userId))) await log("person.enabled", userId);
      if (quotaBytes !== undefined && (await tx.usage.find(userId)).quotaBytes !== (quotaBytes ?? undefined)) {
        await tx.usage.setQuota(userId, quotaBytes ?? undefined);
        await log("person.quota_changed", userId, { quotaBytes });
      }
      return (await tx.administration.findPerson(userId)) as PersonRecord;
    });
}

function lastAdministrator(): DomainError {
  return new DomainError("last_administrator", "You are the only administrator. Add another one before you leave.");
}

/** Disables a user for the operator. Ends all sessions, and refuses every credential from the next request on every replica. */
export function disableUser(deps: Deps) {
  return (userId: string): Promise<void> =>
    act(deps, undefined, (tx, { administrators, log, now }) => disable(tx, { userId, administrators, log, now }));
}

type Disabling = { userId: string; administrators: readonly string[]; log: Log; now: number };

async function disable(tx: Queries, { userId, administrators, log, now }: Disabling): Promise<void> {
  const deletion = await tx.accountDeletions.hold(userId);
  // The owner of a closed account could keep it, and so undo the disabling.
  if (deletion?.isByOwner === true) await tx.accountDeletions.put({ ...deletion, isByOwner: false });
  else if (!(await tx.disabledUsers.add(userId, now))) return;
  // An administrator may have kept links for new passwords of other people.
  if (administrators.includes(userId)) await tx.accounts.deleteResetLinksByHand();
  await log("person.disabled", userId);
}

/**
 * Enables a user again for the operator, also a user whose account is closed. API tokens, JWTs, links and shares work again, sessions do
 * not. False: the user was not disabled.
 */
export function enableUser(deps: Deps) {
  return (userId: string): Promise<boolean> =>
    act(deps, undefined, async (tx, { log }) => {
      const wasDisabled = await reopen(tx, userId);
      if (wasDisabled) await log("person.enabled", userId);
      return wasDisabled;
    });
}
