import { createHmac, randomInt } from "node:crypto";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import { createAllowance } from "../../platform/limits/in-memory.ts";
import type { Caller } from "../access/caller.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { checkAndWarn, hashToken, insertToken, latestExpiry, newToken, SHAPE } from "./create-token.ts";
import { type TokenRequest, tokenRequestQueries } from "./queries.ts";

/*
 * A program without a browser, such as the command `valetkey login`, gets an API token in four steps, as in RFC 8628:
 *
 * 1. The program requests an API token, and shows a code to its user. The API token does not work yet.
 * 2. The user types the code in the web app, and sees which program sent the request, and from which IP address.
 * 3. The user confirms the code. The requested API token is now an API token of the user.
 * 4. The program, which polls the state of its request, learns that the API token works.
 *
 * No URL contains the code, so a stranger who sends a URL to a person must also persuade the person to type the code.
 */

const REQUEST_MS = 10 * 60_000;
const TOKEN_MS = 90 * 86_400_000;
/** The letters of a code: no vowels, so that no code is a word, and no letters that look alike (RFC 8628, section 6.1). */
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const CODE_LENGTH = 8;

const REQUESTS: WindowLimit = { name: "token requests", max: 30, windowMs: 3_600_000 };
const TRIES: WindowLimit = { name: "token request codes", max: 10, windowMs: 15 * 60_000 };
/** The limit for one network, which lets twenty programs poll every two seconds. */
const POLLS = { perSecond: 10, burst: 60 };
const TOO_MANY_POLLS =
  "The state was polled too often. Wait until Retry-After has passed, then poll every two seconds.";
const TOO_MANY_REQUESTS = "Too many codes were requested. Wait until Retry-After has passed, then try again.";
const TOO_MANY_TRIES = "Too many wrong codes. Wait until Retry-After has passed, then try again.";

type Program = { label: string; clientAddress: string; network: string };

/** Starts a token request. Returns the API token, which works after a person confirms its code, and the code. Throws `rate_limited`. */
export function requestToken(deps: Deps) {
  const { db, clock } = deps;
  return async ({
    label,
    clientAddress,
    network,
  }: Program): Promise<{ token: string; code: string; expiresAt: number }> => {
    await takeFromWindow(deps, { limit: REQUESTS, holder: network, amount: 1, problem: TOO_MANY_REQUESTS });
    const token = newToken(deps);
    const letters = Array.from({ length: CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("");
    const [codeHash = ""] = hashesOf(deps, letters);
    const now = clock();
    const expiresAt = now + REQUEST_MS;
    await tokenRequestQueries(db).insert({
      ...{ tokenHash: hashToken(token), codeHash, label, clientAddress },
      ...{ requestedAt: now, expiresAt },
    });
    return { token, code: `${letters.slice(0, 4)}-${letters.slice(4)}`, expiresAt };
  };
}

/**
 * Returns the id of the requested API token, or undefined before the confirmation. The rate limit is in the memory of each process, because
 * programs poll every two seconds, and a poll should write nothing. Throws `token_request_not_found` and `rate_limited`.
 */
export function findRequestedToken({ db, clock }: Deps) {
  const polls = createAllowance(POLLS, { clock, problem: TOO_MANY_POLLS });
  return async (token: string, network: string): Promise<string | undefined> => {
    polls.take(network, 1);
    if (!SHAPE.test(token)) throw notFound();
    const tokenHash = hashToken(token);
    const isOpen = await tokenRequestQueries(db).isOpen(tokenHash, clock());
    // The second read also finds a confirmation between the two reads.
    const found = await lookupQueries(db).apiToken(tokenHash);
    if (!isOpen && found === undefined) throw notFound();
    return found?.id;
  };
}

/** Returns the token request with a code, and the expiry of its API token. Throws `token_request_not_found` and `rate_limited`. */
export function lookAtTokenRequest(deps: Deps) {
  return async (caller: Caller, code: string): Promise<TokenRequest & { tokenExpiresAt: number }> => ({
    ...(await findByCode(deps, caller, code)),
    tokenExpiresAt: await expiryOf(deps, caller),
  });
}

/**
 * Makes the requested token an API token of the caller, or refuses the request. Each code works once. Throws `token_request_not_found`,
 * `rate_limited`, `too_many_tokens`, and `access_denied` if the credential of the caller was revoked during the request.
 */
export function answerTokenRequest(deps: Deps) {
  const { db } = deps;
  const insert = insertToken(deps);
  return async (caller: Caller, { code, isConfirmed }: { code: string; isConfirmed: boolean }): Promise<void> => {
    const { tokenHash, label } = await findByCode(deps, caller, code);
    if (!isConfirmed) {
      await tokenRequestQueries(db).remove(tokenHash);
      return;
    }
    const check = checkAndWarn(deps, caller);
    await insert(caller.userId, {
      tokenHash,
      label,
      expiresAt: await expiryOf(deps, caller),
      async check(tx) {
        if (!(await tokenRequestQueries(tx).remove(tokenHash))) throw notFound();
        await check(tx);
      },
    });
  };
}

export function deleteExpiredTokenRequests({ db, clock }: Deps) {
  return (): Promise<void> => tokenRequestQueries(db).deleteExpired(clock());
}

/** Finds the request with a code. Counts a try before the check, and gives the try back for a right code. */
async function findByCode(deps: Deps, { userId }: Caller, code: string): Promise<TokenRequest> {
  const { db, clock } = deps;
  const taken = await takeFromWindow(deps, { limit: TRIES, holder: userId, amount: 1, problem: TOO_MANY_TRIES });
  const letters = code.toUpperCase().replaceAll(/[\s-]/g, "");
  const found = await tokenRequestQueries(db).find(hashesOf(deps, letters), clock());
  if (found === undefined) throw notFound();
  await taken.giveBack(db, 1);
  return found;
}

async function expiryOf(deps: Deps, caller: Caller): Promise<number> {
  return Math.min(deps.clock() + TOKEN_MS, (await latestExpiry(deps, caller)) ?? Number.POSITIVE_INFINITY);
}

const hashesOf = ({ linkKeys }: Pick<Deps, "linkKeys">, letters: string): string[] =>
  linkKeys.codes.map((key) => createHmac("sha256", key).update(`token request\n${letters}`).digest("base64url"));

function notFound(): DomainError {
  const problem = "The code is wrong, was used, or has expired. Ask the program for another code.";
  return new DomainError("token_request_not_found", problem);
}
