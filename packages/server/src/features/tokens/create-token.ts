import { createHash } from "node:crypto";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { warnOfChange } from "../accounts/own/owner.ts";
import { credentialQueries, identityQueries } from "../people/queries.ts";
import { requireCredential, requireEnabled } from "../people/revocation.ts";
import { type ApiToken, apiTokenQueries } from "./queries.ts";

const PREFIX = "vk_";

/** The maximum number of API tokens of a user, because one response lists all of them. */
const MAX_TOKENS = 100;

export const SHAPE = /^vk_[A-Za-z0-9_-]{43}$/;

/** The maximum validity of an API token of a JWT's user, in days. The service does not learn when this user leaves the issuer. */
const MAX_SUBJECT_TOKEN_DAYS = 90;

const DAY_MS = 86_400_000;

type NewToken = { label: string; expiresAt: number | undefined };

type CreatedToken = { token: string; record: ApiToken };

/**
 * Creates an API token of the caller. The service never shows the API token again. The API token of a user from a JWT issuer expires within
 * 90 days. If another API token creates it, it also expires no later than this other API token. By default, it expires as late as possible.
 * Throws `too_many_tokens`, `invalid_request`, and `access_denied` if the credential of the caller was revoked during the request.
 */
export function createApiToken(deps: Deps) {
  const insert = insertToken(deps);
  return async (caller: Caller, input: NewToken): Promise<CreatedToken> => {
    const latest = await latestExpiry(deps, caller);
    if (latest !== undefined && input.expiresAt !== undefined && input.expiresAt > latest) {
      const instant = new Date(latest).toISOString();
      const rule = `A token of a user of another application expires within ${MAX_SUBJECT_TOKEN_DAYS} days, and not after the token that creates it.`;
      throw invalidRequest(`expiresAt is too late: the latest is ${instant}. ${rule}`);
    }
    const token = newToken(deps);
    const [tokenHash, check] = [hashToken(token), checkAndWarn(deps, caller)];
    const expiresAt = input.expiresAt ?? latest;
    return { token, record: await insert(caller.userId, { tokenHash, label: input.label, expiresAt, check }) };
  };
}

/** Returns a function that checks in the transaction of a new API token that the caller may still create it, and queues a mail about it. */
export function checkAndWarn(deps: Deps, caller: Caller): (tx: Tx) => Promise<void> {
  return async (tx) => {
    await requireEnabled({ db: tx })(caller.userId);
    await requireCredential(tx, caller);
    await warnOfChange(deps, tx, { userId: caller.userId, change: "token-created" });
  };
}

/** Creates an API token with any expiry, for the operator. Throws `too_many_tokens`, `invalid_request` and `user_not_found`. */
export function createApiTokenOf(deps: Deps) {
  const insert = insertToken(deps);
  return async (userId: string, { label, expiresAt }: NewToken): Promise<CreatedToken> => {
    const token = newToken(deps);
    const check = async () => undefined;
    return { token, record: await insert(userId, { tokenHash: hashToken(token), label, expiresAt, check }) };
  };
}

export const newToken = ({ newSecret }: Pick<Deps, "newSecret">): string => PREFIX + newSecret();

/** Returns a function that stores an API token, if `check` does not throw in the same transaction. */
export function insertToken({ db, clock, newId }: Deps) {
  return async (
    userId: string,
    { tokenHash, label, expiresAt, check }: NewToken & { tokenHash: string; check: (tx: Tx) => Promise<void> },
  ): Promise<ApiToken> => {
    const now = clock();
    if (expiresAt !== undefined && expiresAt <= now) {
      throw invalidRequest("expiresAt is in the past. Give a later instant, or omit it.");
    }
    const record: ApiToken = {
      id: newId(),
      userId,
      label,
      tokenHash,
      createdAt: now,
      expiresAt,
      lastUsedAt: undefined,
    };
    await db.transaction(async (tx) => {
      await credentialQueries(tx).lock(userId);
      await check(tx);
      if ((await apiTokenQueries(tx).list(userId)).length >= MAX_TOKENS) {
        throw new DomainError("too_many_tokens", `${MAX_TOKENS} tokens of a user are the limit. Revoke some first.`);
      }
      await apiTokenQueries(tx).insert(record);
    });
    return record;
  };
}

/** Returns the latest possible expiry of an API token that the caller creates. Undefined: no limit. */
export async function latestExpiry({ db, clock }: Deps, caller: Caller): Promise<number | undefined> {
  if ((await identityQueries(db).issuerOf(caller.userId)) === undefined) return undefined;
  const latest = clock() + MAX_SUBJECT_TOKEN_DAYS * DAY_MS;
  return Math.min(latest, caller.tokenExpiresAt ?? latest);
}

// An API token has 256 random bits, so a fast hash without a salt is enough.
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
