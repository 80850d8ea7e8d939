import { createHash } from "node:crypto";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { warnOfChange } from "../accounts/own/owner.ts";
import type { Actor } from "../people/administrators.ts";
import { act, requireAdministrator } from "../people/administrators.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { credentialQueries, identityQueries } from "../people/queries.ts";
import { requireCredential, requireEnabled } from "../people/revocation.ts";
import type { ApiToken } from "./queries.ts";
import { apiTokenQueries } from "./queries.ts";

export type TokenVerbs = ReturnType<typeof createTokens>;

/** Creates the functions about API tokens that the rest of the service calls. */
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
  };
}

const PREFIX = "vk_";

/** The maximum number of API tokens of a user. One response lists all tokens of a user. */
const MAX_TOKENS = 100;

const SHAPE = /^vk_[A-Za-z0-9_-]{43}$/;

/**
 * The maximum lifetime of API tokens for users of a JWT issuer. Only the issuer knows when such a user leaves, so these API tokens must
 * expire.
 */
const MAX_SUBJECT_TOKEN_DAYS = 90;

const DAY_MS = 86_400_000;

type NewToken = { label: string; expiresAt: number | undefined };

type CreatedToken = { token: string; record: ApiToken };

/**
 * Creates an API token that acts as the caller. The service never shows the API token again.
 * The API token of a user from a JWT issuer expires within 90 days. If another API token created it, it also expires no later than the
 * other API token. The latest possible expiry is the default.
 * Throws `too_many_tokens`, `invalid_request`, and `access_denied` if the credential of the caller was revoked during the request.
 */
export function createApiToken(deps: Deps) {
  const create = insertToken(deps);
  return async (caller: Caller, input: NewToken): Promise<CreatedToken> => {
    const latest = await latestExpiry(deps, caller);
    if (latest !== undefined && input.expiresAt !== undefined && input.expiresAt > latest) {
      const instant = new Date(latest).toISOString();
      const rule = `A token of a user of another application expires within ${MAX_SUBJECT_TOKEN_DAYS} days, and not after the token that creates it.`;
      throw new DomainError("invalid_request", `expiresAt is too late: the latest is ${instant}. ${rule}`);
    }
    const check = async (tx: Tx) => {
      await requireEnabled({ db: tx })(caller.userId);
      await requireCredential(tx, caller);
      await warnOfChange(deps, tx, { userId: caller.userId, change: "token-created" });
    };
    return create(caller.userId, { label: input.label, expiresAt: input.expiresAt ?? latest, check });
  };
}

/**
 * Creates an API token for a user. Only the operator can call this function, so the API token may be valid for more than 90 days.
 * Throws `too_many_tokens`, `invalid_request` or `user_not_found`.
 */
export function createApiTokenOf(deps: Deps) {
  const create = insertToken(deps);
  return (userId: string, { label, expiresAt }: NewToken): Promise<CreatedToken> =>
    create(userId, { label, expiresAt, check: async () => undefined });
}

/**
 * Returns a function that stores a new API token. `check` throws if the request may not create the token, for example after a revocation of
 * the credential. `check` runs in the transaction of the insertion.
 */
function insertToken({ db, clock, newId, newSecret }: Deps) {
  return async (
    userId: string,
    { label, expiresAt, check }: NewToken & { check: (tx: Tx) => Promise<void> },
  ): Promise<CreatedToken> => {
    const now = clock();
    if (expiresAt !== undefined && expiresAt <= now) {
      throw new DomainError("invalid_request", "expiresAt is in the past. Give a later instant, or omit it.");
    }
    const token = PREFIX + newSecret();
    const record: ApiToken = { id: newId(), userId, label, tokenHash: hashToken(token), createdAt: now, expiresAt };
    await db.transaction(async (tx) => {
      await credentialQueries(tx).lock(userId);
      await check(tx);
      if ((await apiTokenQueries(tx).list(userId)).length >= MAX_TOKENS) {
        throw new DomainError("too_many_tokens", `${MAX_TOKENS} tokens of a user are the limit. Revoke some first.`);
      }
      await apiTokenQueries(tx).insert(record);
    });
    return { token, record };
  };
}

async function latestExpiry({ db, clock }: Deps, caller: Caller): Promise<number | undefined> {
  if (!(await identityQueries(db).isSubject(caller.userId))) return undefined;
  const latest = clock() + MAX_SUBJECT_TOKEN_DAYS * DAY_MS;
  return Math.min(latest, caller.tokenExpiresAt ?? latest);
}

/**
 * Returns the user of an API token as the caller. Queries the database in every call, so that a revoked API token stops working
 * immediately.
 */
export function authenticateApiToken({ db }: Deps) {
  return async (token: string): Promise<Caller | undefined> => {
    if (!SHAPE.test(token)) return undefined;
    const found = await lookupQueries(db).apiToken(hashToken(token));
    if (found === undefined) return undefined;
    const { id, userId, expiresAt } = found;
    return { userId, credential: { kind: "api-token", id }, tokenExpiresAt: expiresAt };
  };
}

/**
 * Lists the API tokens of a user. Default: the caller. Only administrators can list the API tokens of other users. Throws `access_denied`.
 */
export function listApiTokens({ db }: Deps) {
  return async (caller: Caller, userId: string = caller.userId): Promise<ApiToken[]> => {
    if (userId !== caller.userId) await requireAdministrator(db, caller);
    return apiTokenQueries(db).list(userId);
  };
}

/** Revokes a token of the caller. An administrator can revoke the token of any user. Throws `token_not_found`. */
export function revokeApiToken(deps: Deps) {
  const { db } = deps;
  return async (caller: Caller, tokenId: string): Promise<void> => {
    if (await apiTokenQueries(db).delete(caller.userId, tokenId)) return;
    if ((await lookupQueries(db).person(caller.userId))?.isAdmin !== true) throw tokenNotFound();
    await revokeAnyApiToken(deps)(caller, tokenId);
  };
}

/** Revokes a token of any user. Throws `access_denied` or `token_not_found`. */
export function revokeAnyApiToken(deps: Deps) {
  return (actor: Actor, tokenId: string): Promise<void> =>
    act(deps, actor, async (tx, { log }) => {
      const userId = await apiTokenQueries(tx).deleteOfAnyUser(tokenId);
      if (userId === undefined) throw tokenNotFound();
      await log("person.tokens_revoked", userId, { count: 1 });
    });
}

/**
 * Revokes all API tokens of a user. Default: the caller. Only administrators can revoke the API tokens of other users. Throws
 * `access_denied`.
 */
export function revokeApiTokens(deps: Deps) {
  return async (caller: Caller, userId: string = caller.userId): Promise<void> => {
    if (userId === caller.userId) await deps.db.transaction((tx) => revokeAllIn(tx, userId));
    else await revokeApiTokensOf(deps)(caller, userId);
  };
}

/**
 * Revokes all API tokens of a user. Only an administrator or the operator may call this function. Returns the number of revoked API tokens.
 * Throws `access_denied`.
 */
export function revokeApiTokensOf(deps: Deps) {
  return (actor: Actor, userId: string): Promise<number> =>
    act(deps, actor, async (tx, { log }) => {
      const count = await revokeAllIn(tx, userId);
      if (count > 0) await log("person.tokens_revoked", userId, { count });
      return count;
    });
}

async function revokeAllIn(tx: Tx, userId: string): Promise<number> {
  // The lock waits until a parallel request has stored its new API token, so that the new API token is also revoked.
  await credentialQueries(tx).lock(userId);
  return credentialQueries(tx).deleteTokens(userId);
}

function tokenNotFound(): DomainError {
  return new DomainError("token_not_found", "Token not found");
}

// A token has 256 random bits, so nobody can guess it. A fast hash without a salt is enough.
function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
