import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { endLinksOfAdministrators } from "../accounts/act.ts";
import { accountDeletionQueries } from "../accounts/deletion-queries.ts";
import { reopen } from "../accounts/own/delete-account.ts";
import type { Actor, Log } from "../people/administrators.ts";
import { act, requireAdministrator } from "../people/administrators.ts";
import { lookupQueries } from "../people/lookups.ts";
import { disabledUserQueries } from "../people/revocation.ts";
import { usageQueries } from "../usage/queries.ts";
import type { QuotaChange } from "../usage/usage.ts";
import type { PersonRecord } from "./administration-port.ts";
import { administrationQueries } from "./queries.ts";

/** Lists the users, the newest first. Throws `access_denied`. */
export function listPeople({ db }: Deps) {
  return async (caller: Caller, page: PageRequest & { text: string | undefined }): Promise<Page<PersonRecord>> => {
    await requireAdministrator(db, caller);
    return administrationQueries(db).listPeople(page);
  };
}

/** The changes to a user. A field that is undefined does not change. */
export type PersonChange = QuotaChange & { isDisabled?: boolean | undefined };

/** Disables or enables a user, and sets the quotas of the user. Throws `access_denied`, `user_not_found` or `last_administrator`. */
export function changePerson(deps: Deps) {
  return async (actor: Actor, userId: string, { isDisabled, ...quota }: PersonChange): Promise<PersonRecord> =>
    act(deps, actor, async (tx, { log, administrators, now }) => {
      if ((await lookupQueries(tx).person(userId)) === undefined)
        throw new DomainError("user_not_found", "User not found");
      if (isDisabled === true) {
        if (actor?.userId === userId && administrators.length === 1) throw lastAdministrator();
        await disable(tx, { userId, administrators, log, now });
      }
      if (isDisabled === false && (await reopen(tx, userId))) await log("person.enabled", userId);
      await changeQuota(tx, { userId, quota, log });
      return (await administrationQueries(tx).findPerson(userId)) as PersonRecord;
    });
}

async function changeQuota(
  tx: Tx,
  { userId, quota, log }: { userId: string; quota: QuotaChange; log: Log },
): Promise<void> {
  const own = await usageQueries(tx).find(userId);
  const changed: Record<string, number | null> = {};
  for (const name of ["quotaBytes", "quotaFiles"] as const) {
    const wanted = quota[name];
    if (wanted !== undefined && wanted !== (own[name] ?? null)) changed[name] = wanted;
  }
  if (Object.keys(changed).length === 0) return;
  await usageQueries(tx).setQuota(userId, changed);
  await log("person.quota_changed", userId, changed);
}

function lastAdministrator(): DomainError {
  return new DomainError("last_administrator", "You are the only administrator. Add another one before you leave.");
}

/**
 * Disables a user. Only the operator calls this function. All sessions of the user end, and every replica refuses the next request with a
 * credential of the user.
 */
export function disableUser(deps: Deps) {
  return (userId: string): Promise<void> =>
    act(deps, undefined, (tx, { administrators, log, now }) => disable(tx, { userId, administrators, log, now }));
}

type Disabling = { userId: string; administrators: readonly string[]; log: Log; now: number };

async function disable(tx: Tx, { userId, administrators, log, now }: Disabling): Promise<void> {
  const deletion = await accountDeletionQueries(tx).hold(userId);
  // The owner of a closed account can cancel its deletion, which would also enable the disabled user. So this takes the right to cancel
  // from the owner.
  if (deletion?.isByOwner === true) await accountDeletionQueries(tx).put({ ...deletion, isByOwner: false });
  else if (!(await disabledUserQueries(tx).add(userId, now))) return;
  if (administrators.includes(userId)) await endLinksOfAdministrators(tx, now);
  await log("person.disabled", userId);
}

/**
 * Enables a user again, even if the account is closed. Only the operator calls this function. The API tokens, JWTs, links and shares of the
 * user work again, but the old sessions do not. Returns false if the user was not disabled.
 */
export function enableUser(deps: Deps) {
  return (userId: string): Promise<boolean> =>
    act(deps, undefined, async (tx, { log }) => {
      const wasDisabled = await reopen(tx, userId);
      if (wasDisabled) await log("person.enabled", userId);
      return wasDisabled;
    });
}
