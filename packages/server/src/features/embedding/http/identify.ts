import type { FastifyReply, FastifyRequest } from "fastify";
import { within } from "../../../platform/clock.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { SAFE_METHODS } from "../../../platform/http/session-cookie.ts";
import { isStorableText } from "../../../platform/text/readable-text.ts";
import { applicationUserId } from "../../access/caller.ts";
import { MAX_EMAIL_LENGTH } from "../../people/person.ts";
import type { User } from "../types.ts";
import { type Exchange, exchange } from "./handler.ts";

const MAX_ID_LENGTH = 255;
/** The time limit for the application's function `user()`. Without a limit, requests would wait forever if `user()` never returns. */
const LIMIT = { milliseconds: 10_000, late: () => new Error("user() returned no user within 10 seconds.") };

/** Returns the user of the application who sent the request. Returns null if nobody is signed in. */
export type FindUser = (
  request: Request,
  original: unknown,
) => User | null | undefined | Promise<User | null | undefined>;

declare module "fastify" {
  interface FastifyRequest {
    /** The user of the embedding application. The identification hook sets this user. Without the hook, the value is null. */
    applicationUser: User | null;
  }
}

/**
 * Builds a hook that asks the application for the user before a route runs. Throws `unauthenticated` and `cross_site_request`. An error of
 * the application becomes `internal`, and only the log contains its text.
 */
export function identificationHook(findUser: FindUser, { origins }: { origins: ReadonlySet<string> }) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // A cache must not store the response, because the response is for one user and may contain a signed URL.
    reply.header("cache-control", "no-store");
    requireOwnOrigin(request, origins);
    const user = await askApplication(findUser, exchange.getStore());
    if (user === undefined) throw new HttpProblem("unauthenticated", "Sign in first.");
    request.applicationUser = user;
    request.caller = { userId: applicationUserId(user.id), grants: new Map() };
  };
}

/** Returns the user who calls a route with the identification hook. Throws on any other route, because such a call is a bug. */
export function userOf({ applicationUser }: Pick<FastifyRequest, "applicationUser">): User {
  if (applicationUser === null) throw new Error("The route has no hook of the embedding, so it has no user.");
  return applicationUser;
}

/** Checks the user that the application returned. Throws TypeError if the user is invalid. */
export function checkUser(user: User): User {
  const { id, email, name } = Object(user) as Record<string, unknown>;
  if (!isStorableText(id) || id.length === 0 || id.length > MAX_ID_LENGTH) {
    throw new TypeError(
      `user() must return an object with an id: a text of 1 to ${MAX_ID_LENGTH} characters. Or null.`,
    );
  }
  for (const text of [email, name]) {
    if (text !== undefined && text !== null && !isStorableText(text)) {
      throw new TypeError("user() must return an email and a name that are texts, null or undefined.");
    }
  }
  // An index of PostgreSQL can't store very long texts. Real email addresses are not longer than this limit.
  if (typeof email === "string" && email.length > MAX_EMAIL_LENGTH) {
    throw new TypeError(`user() must return an email of at most ${MAX_EMAIL_LENGTH} characters.`);
  }
  return user;
}

async function askApplication(findUser: FindUser, current: Exchange | undefined): Promise<User | undefined> {
  if (current === undefined) throw new Error("The request came through no door of the embedding.");
  const user = await within(LIMIT, async () => findUser(current.request, current.original));
  return user === null || user === undefined ? undefined : checkUser(user);
}

const BEARER = /^bearer /i;

/**
 * Refuses a write that a page of another origin sent with the cookie of the user (docs/security-requirements.md, 39). A browser reports
 * such a write in `Sec-Fetch-Site`. On plain HTTP, browsers omit `Sec-Fetch-Site`. In this case, the host in `Origin` must be the host of
 * the request. A page of another site can't send a bearer token, so a request with a bearer token needs no check. Throws
 * `cross_site_request`.
 */
export function requireOwnOrigin(
  { method, headers }: Pick<FastifyRequest, "method" | "headers">,
  origins: ReadonlySet<string>,
): void {
  if (SAFE_METHODS.has(method) || BEARER.test(headers.authorization ?? "")) return;
  const { origin, host, cookie } = headers;
  const site = headers["sec-fetch-site"];
  if (origin !== undefined && origins.has(origin)) return;
  if (site === "same-origin") return;
  // A program that is not a browser sends none of these headers, so its request needs no check.
  if (site === undefined && origin === undefined && cookie === undefined) return;
  if (site === undefined && origin !== undefined && URL.parse(origin)?.host === host) return;
  throw new HttpProblem(
    "cross_site_request",
    "A change must come from a page of the application. If the page has another origin, add it to the option `origins`.",
  );
}
