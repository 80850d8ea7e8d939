import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { noSuch } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { type Actor, act, requireAdministrator } from "../people/administrators.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { credentialQueries } from "../people/queries.ts";
import { createApiToken, createApiTokenOf, hashToken, SHAPE } from "./create-token.ts";
import { type ApiToken, apiTokenQueries } from "./queries.ts";
import {
  answerTokenRequest,
  deleteExpiredTokenRequests,
  findRequestedToken,
  lookAtTokenRequest,
  requestToken,
} from "./requests.ts";

export type TokenVerbs = ReturnType<typeof createTokens>;

export function createTokens(deps: Deps) {
  return {
    createApiToken: createApiToken(deps),
    authenticateApiToken: authenticateApiToken(deps),
    listApiTokens: listApiTokens(deps),
    revokeApiToken: revokeApiToken(deps),
    revokeApiTokens: revokeApiTokens(deps),
    revokeApiTokensOf: revokeApiTokensOf(deps),
    createApiTokenOf: createApiTokenOf(deps),
    revokeAnyApiToken: revokeAnyApiToken(deps),
    requestToken: requestToken(deps),
    findRequestedToken: findRequestedToken(deps),
    lookAtTokenRequest: lookAtTokenRequest(deps),
    answerTokenRequest: answerTokenRequest(deps),
    deleteExpiredTokenRequests: deleteExpiredTokenRequests(deps),
  };
}

/** How exactly the service stores the last use of an API token, in milliseconds. */
const USE_PRECISION_MS = 3_600_000;

/**
 * Returns the user of an API token. Each call queries the database, so that a revoked API token stops working immediately. Stores the last
 * use of the API token at most once an hour, and does not wait for this write.
 */
export function authenticateApiToken({ db, clock }: Deps) {
  const marking = new Set<string>();
  async function markUsed(id: string, now: number): Promise<void> {
    if (marking.has(id)) return;
    marking.add(id);
    // A request must not fail because its last use cannot be stored. The next request tries again.
    await apiTokenQueries(db)
      .markUsed(id, now)
      .catch(() => undefined);
    marking.delete(id);
  }
  return async (token: string): Promise<Caller | undefined> => {
    if (!SHAPE.test(token)) return undefined;
    const found = await lookupQueries(db).apiToken(hashToken(token));
    if (found === undefined) return undefined;
    const { id, userId, expiresAt, lastUsedAt = 0 } = found;
    const now = clock();
    if (now - lastUsedAt >= USE_PRECISION_MS) void markUsed(id, now);
    return { userId, credential: { kind: "api-token", id }, tokenExpiresAt: expiresAt };
  };
}

/** Lists the API tokens of a user. Default: the caller. Throws `access_denied` for another user, unless the caller is an administrator. */
export function listApiTokens({ db }: Deps) {
  return async (caller: Caller, userId: string = caller.userId): Promise<ApiToken[]> => {
    if (userId !== caller.userId) await requireAdministrator(db, caller);
    return apiTokenQueries(db).list(userId);
  };
}

/** Revokes an API token of the caller. An administrator can revoke the API token of any user. Throws `token_not_found`. */
export function revokeApiToken(deps: Deps) {
  const { db } = deps;
  return async (caller: Caller, tokenId: string): Promise<void> => {
    if (await apiTokenQueries(db).delete(caller.userId, tokenId)) return;
    if ((await lookupQueries(db).person(caller.userId))?.isAdmin !== true) throw noSuch("token");
    await revokeAnyApiToken(deps)(caller, tokenId);
  };
}

/** Revokes an API token of any user. Throws `access_denied` or `token_not_found`. */
export function revokeAnyApiToken(deps: Deps) {
  return (actor: Actor, tokenId: string): Promise<void> =>
    act(deps, actor, async (tx, { log }) => {
      const userId = await apiTokenQueries(tx).deleteOfAnyUser(tokenId);
      if (userId === undefined) throw noSuch("token");
      await log("person.tokens_revoked", userId, { count: 1 });
    });
}

/** Revokes all API tokens of a user. Default: the caller. Only an administrator can name another user. Throws `access_denied`. */
export function revokeApiTokens(deps: Deps) {
  return async (caller: Caller, userId: string = caller.userId): Promise<void> => {
    if (userId === caller.userId) await deps.db.transaction((tx) => revokeAllIn(tx, userId));
    else await revokeApiTokensOf(deps)(caller, userId);
  };
}

/** Revokes all API tokens of a user, for an administrator or the operator. Returns their number. Throws `access_denied`. */
export function revokeApiTokensOf(deps: Deps) {
  return (actor: Actor, userId: string): Promise<number> =>
    act(deps, actor, async (tx, { log }) => {
      const count = await revokeAllIn(tx, userId);
      if (count > 0) await log("person.tokens_revoked", userId, { count });
      return count;
    });
}

async function revokeAllIn(tx: Tx, userId: string): Promise<number> {
  // The lock waits until a simultaneous request has stored its new API token, so that this API token is also revoked.
  await credentialQueries(tx).lock(userId);
  return credentialQueries(tx).deleteTokens(userId);
}
