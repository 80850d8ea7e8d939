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

/** The maximum number of API tokens of a user. One response lists all tokens of a user. */
const MAX_TOKENS = 100;

export const SHAPE = /^vk_[A-Za-z0-9_-]{43}$/;

/** The longest API token of a JWT user, in days. Only the issuer knows when the user leaves. */
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

/** Checks in the transaction of a new API token that the caller may still create the token. Queues the mail about the new token. */
export function checkAndWarn(deps: Deps, caller: Caller): (tx: Tx) => Promise<void> {
  return async (tx) => {
    await requireEnabled({ db: tx })(caller.userId);
    await requireCredential(tx, caller);
    await warnOfChange(deps, tx, { userId: caller.userId, change: "token-created" });
  };
}

/** Creates an API token for the operator, also for over 90 days. Throws `too_many_tokens`, `invalid_request`, `user_not_found`. */
export function createApiTokenOf(deps: Deps) {
  const insert = insertToken(deps);
  return async (userId: string, { label, expiresAt }: NewToken): Promise<CreatedToken> => {
    const token = newToken(deps);
    const check = async () => undefined;
    return { token, record: await insert(userId, { tokenHash: hashToken(token), label, expiresAt, check }) };
  };
}

export const newToken = ({ newSecret }: Pick<Deps, "newSecret">): string => PREFIX + newSecret();

/** Returns a function that stores a token, if `check` does not throw in the same transaction. */
export function insertToken({ db, clock, newId }: Deps) {
  return async (
    userId: string,
    { tokenHash, label, expiresAt, check }: NewToken & { tokenHash: string; check: (tx: Tx) => Promise<void> },
  ): Promise<ApiToken> => {
    const now = clock();
    if (expiresAt !== undefined && expiresAt <= now) {
      throw invalidRequest("expiresAt is in the past. Give a later instant, or omit it.");
    }
    const record: ApiToken = { id: newId(), userId, label, tokenHash, createdAt: now, expiresAt };
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

/** Returns the latest expiry of a token that the caller creates. Undefined: the token may live forever. */
export async function latestExpiry({ db, clock }: Deps, caller: Caller): Promise<number | undefined> {
  if ((await identityQueries(db).issuerOf(caller.userId)) === undefined) return undefined;
  const latest = clock() + MAX_SUBJECT_TOKEN_DAYS * DAY_MS;
  return Math.min(latest, caller.tokenExpiresAt ?? latest);
}

// A token has 256 random bits, so nobody can guess it. A fast hash without a salt is enough.
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
