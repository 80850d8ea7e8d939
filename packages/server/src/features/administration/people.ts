import * as wire from "@valetkey/contract";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { AdminAction } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { isoOrNull, toIso } from "../../platform/http/wire.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import type { AccountVerbs } from "../accounts/index.ts";
import { accountLinkUrl } from "../accounts/own/account-links.ts";
import { endLinksOfAdministrators, reopen } from "../accounts/own/delete-account.ts";
import { accountDeletionQueries } from "../accounts/queries/deletions.ts";
import { type Actor, act, type Log, requireAdministrator } from "../people/administrators.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { disabledUserQueries } from "../people/queries.ts";
import { giveWaitingShares } from "../sharing/accept-invitation.ts";
import { type Identity, rememberPersonIn } from "../sharing/sign-up.ts";
import type { UsageVerbs } from "../usage/index.ts";
import { usageQueries } from "../usage/queries.ts";
import { type Quota, type QuotaChange, quotaOfUser } from "../usage/usage.ts";
import { administrationQueries, type PersonRecord } from "./queries.ts";

export function createPeoplePage(deps: Deps) {
  const { db } = deps;
  return {
    /** Lists the users, newest first. Throws `access_denied`. */
    async listPeople(caller: Caller, page: PageRequest & { text: string | undefined }): Promise<Page<PersonRecord>> {
      await requireAdministrator(db, caller);
      return administrationQueries(db).listPeople(page);
    },

    /** Disables or enables a user, and sets the quotas of the user. Throws `access_denied`, `user_not_found` or `last_administrator`. */
    async changePerson(actor: Actor, userId: string, { isDisabled, ...quota }: PersonChange): Promise<PersonRecord> {
      return act(deps, actor, async (tx, { log, administrators, now }) => {
        if ((await lookupQueries(tx).person(userId)) === undefined) throw noSuch("user");
        if (isDisabled === true) {
          if (actor?.userId === userId && administrators.length === 1) throw lastAdministrator();
          await disable(tx, { userId, administrators, log, now });
        }
        if (isDisabled === false && (await reopen(tx, userId))) await log("person.enabled", userId);
        await changeQuota(tx, { userId, quota, log });
        return (await administrationQueries(tx).findPerson(userId)) as PersonRecord;
      });
    },

    /** Disables a user, for the operator. Ends all sessions of the user. Every replica refuses the user's next request. */
    disableUser(userId: string): Promise<void> {
      return act(deps, undefined, (tx, { administrators, log, now }) =>
        disable(tx, { userId, administrators, log, now }),
      );
    },

    /**
     * Enables a user again, for the operator, even if the account is closed. The API tokens, JWTs, links and shares of the user work again,
     * but the old sessions do not. Returns false if the user was not disabled.
     */
    enableUser(userId: string): Promise<boolean> {
      return act(deps, undefined, async (tx, { log }) => {
        const wasDisabled = await reopen(tx, userId);
        if (wasDisabled) await log("person.enabled", userId);
        return wasDisabled;
      });
    },

    /** Records a user, for the operator's commands. Can prove the email address, or make the user an administrator. */
    async rememberForOperator(
      identity: Identity,
      action: Extract<AdminAction, "person.made_administrator" | "person.email_proven">,
    ): Promise<void> {
      await act(deps, undefined, async (tx, { log, now }) => {
        await rememberPersonIn(tx, identity, now);
        await log(action, identity.id);
      });
      await giveWaitingShares(deps, identity.id);
    },
  };
}

/** The changes to a user. An undefined member changes nothing. */
export type PersonChange = QuotaChange & { isDisabled?: boolean | undefined };

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

type Disabling = { userId: string; administrators: readonly string[]; log: Log; now: number };

async function disable(tx: Tx, { userId, administrators, log, now }: Disabling): Promise<void> {
  const deletion = await accountDeletionQueries(tx).hold(userId);
  // A cancellation of the account's deletion would also enable the user, so the owner may no longer cancel the deletion.
  if (deletion?.isByOwner === true) await accountDeletionQueries(tx).put({ ...deletion, isByOwner: false });
  else if (!(await disabledUserQueries(tx).add(userId, now))) return;
  if (administrators.includes(userId)) await endLinksOfAdministrators(tx, now);
  await log("person.disabled", userId);
}

const schemas = operations("administration", {
  listPeople: {
    summary: "List the users with their storage and links, newest first",
    querystring: wire.ListPeopleQuery,
    response: { 200: wire.AdminPersonPage },
  },
  updatePerson: {
    summary: "Disable or enable a user, or set the quota",
    description:
      "A disabled user is refused with every session, API token and JWT from the next request. The links of the user are closed until the user is enabled again.",
    params: wire.AdminPersonParams,
    body: wire.UpdatePersonBody,
    response: { 200: wire.AdminPerson },
  },
  deletePerson: {
    summary: "Close the account of a user at once, and delete it permanently with all notes and files after 14 days",
    description: "Until then, an administrator can enable the user again. The user cannot keep the account.",
    params: wire.AdminPersonParams,
    response: { 200: wire.ClosedAccount },
  },
  makeResetLink: {
    summary: "Make a link for a new password, which works once within 24 hours",
    params: wire.AdminPersonParams,
    response: { 201: wire.ResetLink },
  },
});

export function peopleRoutes(
  app: App,
  { useCases, takeTurn, publicUrl }: RouteDeps<AccountVerbs & ReturnType<typeof createPeoplePage> & UsageVerbs>,
): void {
  const { quota } = useCases;

  app.get("/admin/people", { schema: schemas.listPeople, preHandler: takeTurn }, async (request) => {
    const { limit, cursor, q: text } = request.query;
    const { items, nextCursor } = await useCases.listPeople(callerOf(request), { limit, cursor, text });
    return { items: items.map((person) => presentPersonRecord(person, quota)), nextCursor: nextCursor ?? null };
  });

  app.patch("/admin/people/:userId", { schema: schemas.updatePerson }, async (request) =>
    presentPersonRecord(await useCases.changePerson(callerOf(request), request.params.userId, request.body), quota),
  );

  app.delete("/admin/people/:userId", { schema: schemas.deletePerson }, async (request) => {
    const { userId } = request.params;
    const { deleteAt } = await useCases.closeAccountOf(callerOf(request), userId, { isNow: false });
    return { deleteAt: toIso(deleteAt) };
  });

  app.post("/admin/people/:userId/reset-link", { schema: schemas.makeResetLink }, async (request, reply) => {
    const { token, expiresAt } = await useCases.makeResetLink(callerOf(request), request.params.userId);
    const url = accountLinkUrl(publicUrl, { kind: "password-reset", token });
    return reply.code(201).send({ url, expiresAt: toIso(expiresAt) });
  });
}

function presentPersonRecord({ usage, ...person }: PersonRecord, quota: Quota): wire.AdminPerson {
  const { bytes, files } = quotaOfUser(quota, usage);
  return {
    id: person.id,
    email: person.email ?? null,
    isEmailProven: person.isEmailProven,
    name: person.name ?? null,
    isAdmin: person.isAdmin,
    disabledAt: isoOrNull(person.disabledAt),
    deleteAt: isoOrNull(person.deleteAt),
    createdAt: toIso(person.createdAt),
    lastSignInAt: isoOrNull(person.lastSignInAt),
    lastSeenAt: isoOrNull(person.lastSeenAt),
    usedBytes: usage.bytes,
    quotaBytes: bytes ?? null,
    ownQuotaBytes: usage.quotaBytes ?? null,
    files: usage.files,
    quotaFiles: files ?? null,
    ownQuotaFiles: usage.quotaFiles ?? null,
    links: person.links,
  };
}
