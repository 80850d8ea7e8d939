import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { isStorableText } from "../../../platform/text/readable-text.ts";
import { applicationUserId } from "../../access/caller.ts";
import { MAX_EMAIL_LENGTH } from "../../people/person.ts";
import type { User } from "../types.ts";
import { within } from "../within.ts";
import { type Exchange, exchange } from "./exchange.ts";
import { requireOwnOrigin } from "./own-origin.ts";

const MAX_ID_LENGTH = 255;
/** The time limit for the application's function `user()`. Without a limit, requests would wait forever if `user()` never returns. */
const LIMIT = { milliseconds: 10_000, late: "user() returned no user within 10 seconds." };

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
    // The response is for one user, so a cache must not store it. This matters most if the response contains a signed URL.
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
