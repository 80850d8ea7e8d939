import { createHash } from "node:crypto";
import { DomainError } from "../domain/errors.ts";
import type { Caller, Person } from "../domain/person.ts";
import type { ApiToken, Deps } from "./ports/index.ts";

const PREFIX = "vk_";
const SHAPE = /^vk_[A-Za-z0-9_-]{43}$/;

/** Makes a token that acts as the caller; the answer is the only place it is ever shown. Throws `invalid_request`. */
export function createApiToken({ db, clock, newId, newSecret }: Deps) {
  return async (
    caller: Caller,
    input: { label: string; expiresAt: number | undefined },
  ): Promise<{ token: string; record: ApiToken }> => {
    const now = clock();
    if (input.expiresAt !== undefined && input.expiresAt <= now) {
      throw new DomainError("invalid_request", "expiresAt is in the past; give a later instant, or none.");
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

/** Whose token this is, asked of the database each time so that a revoked one is refused at once; undefined when it is nobody's. */
export function authenticateApiToken({ db, clock }: Deps) {
  return async (token: string): Promise<Person | undefined> => {
    if (!SHAPE.test(token)) return undefined;
    return (await db.apiTokens.findLive(hashToken(token), clock()))?.person;
  };
}

/** The caller's tokens, without the tokens. */
export function listApiTokens({ db }: Deps) {
  return (caller: Caller): Promise<ApiToken[]> => db.apiTokens.list(caller.userId);
}

/** Ends one of the caller's tokens. Throws `token_not_found`. */
export function revokeApiToken({ db }: Deps) {
  return async (caller: Caller, tokenId: string): Promise<void> => {
    if (!(await db.apiTokens.delete(caller.userId, tokenId)))
      throw new DomainError("token_not_found", "Token not found");
  };
}

// The token has 256 random bits, so a plain hash is enough: there is nothing to guess.
function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
