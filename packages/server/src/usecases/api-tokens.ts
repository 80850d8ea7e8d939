import { createHash } from "node:crypto";
import { DomainError } from "../domain/errors.ts";
import type { Caller, Person } from "../domain/person.ts";
import type { ApiToken, Deps } from "./ports/index.ts";

const PREFIX = "vk_";
/** The most tokens of a user. They are listed as a whole. */
const MAX_TOKENS = 100;
const SHAPE = /^vk_[A-Za-z0-9_-]{43}$/;

/** Creates a token that acts as the caller. The service never shows it again. Throws `too_many_tokens` and `invalid_request`. */
export function createApiToken({ db, clock, newId, newSecret }: Deps) {
  return async (
    caller: Caller,
    input: { label: string; expiresAt: number | undefined },
  ): Promise<{ token: string; record: ApiToken }> => {
    const now = clock();
    if (input.expiresAt !== undefined && input.expiresAt <= now) {
      throw new DomainError("invalid_request", "expiresAt is in the past. Give a later instant, or omit it.");
    }
    if ((await db.apiTokens.list(caller.userId)).length >= MAX_TOKENS) {
      throw new DomainError("too_many_tokens", `You have ${MAX_TOKENS} tokens, which is the limit. Revoke some first.`);
    }
    const token = PREFIX + newSecret();
    const record: ApiToken = {
      id: newId(),
      userId: caller.userId,
      label: input.label,
      tokenHash: hashToken(token),
      createdAt: now,
      expiresAt: input.expiresAt,
    };
    await db.apiTokens.insert(record);
    return { token, record };
  };
}

/** Finds the user of a token. Queries the database every time, so that a revoked token stops working at once. */
export function authenticateApiToken({ db, clock }: Deps) {
  return async (token: string): Promise<Person | undefined> => {
    if (!SHAPE.test(token)) return undefined;
    return (await db.apiTokens.findLive(hashToken(token), clock()))?.person;
  };
}

/** Lists the records of the caller's tokens. */
export function listApiTokens({ db }: Deps) {
  return (caller: Caller): Promise<ApiToken[]> => db.apiTokens.list(caller.userId);
}

/** Revokes a token of the caller. Throws `token_not_found`. */
export function revokeApiToken({ db }: Deps) {
  return async (caller: Caller, tokenId: string): Promise<void> => {
    if (!(await db.apiTokens.delete(caller.userId, tokenId)))
      throw new DomainError("token_not_found", "Token not found");
  };
}

// A token has 256 random bits and cannot be guessed, so a fast hash without a salt is enough.
function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
