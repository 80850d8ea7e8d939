import { AsyncLocalStorage } from "node:async_hooks";
import { problems } from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { within } from "../../../platform/clock.ts";
import { HttpProblem, problemBody, refusalOf } from "../../../platform/http/problem.ts";
import type { App } from "../../../platform/http/routes.ts";
import { SAFE_METHODS } from "../../../platform/http/session-cookie.ts";
import { nodeHttp } from "../../../platform/modules.ts";
import { isStorableText } from "../../../platform/text/readable-text.ts";
import { applicationUserId } from "../../access/caller.ts";
import { MAX_EMAIL_LENGTH } from "../../people/person.ts";
import type { User } from "../types.ts";
import { type Answer, bytesOf, dispatch } from "./dispatch.ts";

/** The bytes or the text of a request body, or undefined if the request has no body. */
export type Body = Buffer | string | undefined;

/**
 * A request that arrived at an entry point. `toRequest` converts it to a web-standard request, and `read` reads the body. `path`: the path
 * without the mount path, if the framework removes the mount path.
 */
export type Arrival = {
  toRequest: () => Request;
  original: unknown;
  read: () => Body | Promise<Body>;
  path?: string | undefined;
};

export type Handler = {
  /** Passes a request to the HTTP application. Never rejects, because an unhandled rejection would end the process of the application. */
  handle(arrival: Arrival): Promise<Answer>;
  /** Refuses new requests, and waits for the running requests. */
  drain(): Promise<void>;
};

type HandlerOptions = {
  findPath: FindPath;
  requestId: () => string;
  /** The handler calls `onFailure` with each error that the client did not cause. */
  onFailure: (error: unknown) => void;
};

/** Creates the handler that passes the requests of all entry points to the HTTP application. */
export function createHandler(app: App, { findPath, requestId, onFailure }: HandlerOptions): Handler {
  const running = new Set<Promise<Answer>>();
  let isClosing = false;

  async function pass({ toRequest, original, read, path }: Arrival): Promise<Answer> {
    if (isClosing) throw new HttpProblem("shutting_down", "The server is restarting. Send the request again.");
    const request = webRequestOf(toRequest);
    const body = await read();
    const { pathname, search } = new URL(request.url);
    const url = findPath(path === undefined ? [pathname] : [pathname, path]) + search;
    const headers = headersOf(request, body);
    const dispatched = { method: request.method, url, headers, body: body === undefined ? undefined : bytesOf(body) };
    return exchange.run({ request, original }, () => dispatch(app, dispatched));
  }

  return {
    handle(arrival) {
      const answer = pass(arrival)
        .catch((error) => {
          if (!(error instanceof HttpProblem)) onFailure(error);
          return refuse(error, requestId());
        })
        .finally(() => running.delete(answer));
      running.add(answer);
      return answer;
    },
    async drain() {
      isClosing = true;
      await Promise.all(running);
    },
  };
}

/** Throws `invalid_request` for a method or a URL that HTTP or the web standard forbids, such as the methods TRACE and FETCH. */
function webRequestOf(toRequest: () => Request): Request {
  try {
    const request = toRequest();
    if (!nodeHttp.METHODS.includes(request.method)) throw new TypeError("HTTP has no such method.");
    return request;
  } catch (cause) {
    throw new HttpProblem("invalid_request", "The method, the URL or a header is not valid.", { cause });
  }
}

function refuse(error: unknown, requestId: string): Answer {
  const { code, headers: _, ...facts } = refusalOf(error);
  const body = JSON.stringify(problemBody(code, { ...facts, requestId }));
  const headers = { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" };
  return { status: problems[code].status, headers, body };
}

/** Returns the headers of the request without headers of the connection. The HTTP application computes `content-length`. */
function headersOf(request: Request, body: Body): Record<string, string> {
  const headers = Object.fromEntries(request.headers);
  for (const name of ["connection", "transfer-encoding", "content-length", "expect"]) delete headers[name];
  // A request without a body must have no content type, although the body parser of a framework may have set the body to an empty object.
  if (body === undefined) delete headers["content-type"];
  return headers;
}

/** A request in the form that the application's functions get. `original`: the request object of Express or Fastify, or else `request`. */
export type Exchange = { request: Request; original: unknown };

/** The request of the current entry point. The hook of the HTTP application passes this request to the application's function `user()`. */
export const exchange = new AsyncLocalStorage<Exchange>();

/** The names that no resource may have, because paths without a resource start with these names. */
export const reservedNames: ReadonlySet<string> = new Set(["uploads", "files"]);
const OWN_PATH =
  /^\/(?:(?:files|uploads)\/[0-9a-f-]{36}|files\/(?:urls|previews)|public\/(?:links\/[^/]+|receipts\/(?:key|verify))|s\/[^/]+\/download)(?:\/|$)/i;

/** Finds the path that a route can match. `paths`: the original path of a request, and the path that the framework passes. */
type FindPath = (paths: readonly string[]) => string;

/**
 * Creates the function that removes the mount path from a request path. Frameworks and proxies remove the whole mount path, a part of it,
 * or nothing. The function returns the first candidate that looks like a route: first the text after `basePath`, then the text after the
 * last segments of `basePath`, and then the whole path.
 */
export function createFindPath({ basePath, resources }: { basePath: string; resources: readonly string[] }): FindPath {
  const names = new Set(resources);
  const isRoute = (path: string) => OWN_PATH.test(path) || names.has(path.split("/", 2)[1] ?? "");
  const mounts = basePath.split("/").flatMap((_, index, segments) => {
    const rest = segments.slice(index + 1).join("/");
    return rest === "" ? [] : [`/${rest}`];
  });

  return (given) => {
    // Removes extra slashes at the start, because a URL parser reads the text after two slashes as a host.
    const paths = given.map((path) => `/${path.replace(/^\/+/, "")}`);
    const below = mounts.flatMap((mount) => paths.flatMap((path) => restsOf(path, mount)));
    return [...below, ...paths].find(isRoute) ?? below[0] ?? paths[0] ?? "/";
  };
}

/** Returns the rest of the path after each occurrence of the mount path. */
function restsOf(path: string, mount: string): string[] {
  const rests: string[] = [];
  for (let at = path.indexOf(`${mount}/`); at !== -1; at = path.indexOf(`${mount}/`, at + 1)) {
    rests.push(path.slice(at + mount.length));
  }
  return rests;
}

const MAX_ID_LENGTH = 255;

/** The time limit of the application's function `user()`. Without this limit, a request would wait forever if `user()` never returns. */
const LIMIT = { milliseconds: 10_000, late: () => new Error("user() returned no user within 10 seconds.") };

/** The application's function `user()`. Returns the user who sent the request, or null if no user is signed in. */
export type FindUser = (
  request: Request,
  original: unknown,
) => User | null | undefined | Promise<User | null | undefined>;

declare module "fastify" {
  interface FastifyRequest {
    /** The user of the application who sent the request. Null on routes without the identification hook, which sets the user. */
    applicationUser: User | null;
  }
}

/**
 * Creates the Fastify hook that calls the application's function `user()` before a route runs. The hook throws `unauthenticated` and
 * `cross_site_request`. An error of the application becomes `internal`, and only the log contains the text of the error.
 */
export function identificationHook(findUser: FindUser, { origins }: { origins: ReadonlySet<string> }) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // A cache must not store the response, because the response is for one user and may contain a presigned URL.
    reply.header("cache-control", "no-store");
    requireOwnOrigin(request, origins);
    const user = await askApplication(findUser, exchange.getStore());
    if (user === undefined) throw new HttpProblem("unauthenticated", "Sign in first.");
    request.applicationUser = user;
    request.caller = { userId: applicationUserId(user.id), grants: new Map() };
  };
}

/** Returns the user who calls a route with the identification hook. A call on any other route is a bug, so the function throws an Error. */
export function userOf({ applicationUser }: Pick<FastifyRequest, "applicationUser">): User {
  if (applicationUser === null) throw new Error("The route has no hook of the embedding, so it has no user.");
  return applicationUser;
}

const NUMBERS: ReadonlySet<string> = new Set(["number", "bigint"]);

/** Checks a user that `user()` returned, or that the application passed to a call. Throws TypeError if the user is invalid. */
export function checkUser(user: User): User {
  const { id, email, name } = Object(user) as Record<string, unknown>;
  if (!isStorableText(id) || id.length === 0 || id.length > MAX_ID_LENGTH) {
    throw new TypeError(
      `A user must be an object with an id, which is a text of 1 to ${MAX_ID_LENGTH} characters.${NUMBERS.has(typeof id) ? ` Use String(${id}).` : ""} In a call, the user is the first argument. user() may also return null.`,
    );
  }
  for (const text of [email, name]) {
    if (text !== undefined && text !== null && !isStorableText(text)) {
      throw new TypeError("The email and the name of a user must be texts, null or undefined.");
    }
  }
  // An index of PostgreSQL can't store very long texts. Real email addresses are shorter than this limit.
  if (typeof email === "string" && email.length > MAX_EMAIL_LENGTH) {
    throw new TypeError(`The email of a user must have at most ${MAX_EMAIL_LENGTH} characters.`);
  }
  return user;
}

async function askApplication(findUser: FindUser, current: Exchange | undefined): Promise<User | undefined> {
  if (current === undefined) throw new Error("The request came through no door of the embedding.");
  const user = await within(LIMIT, () => findUser(current.request, current.original));
  return user === null || user === undefined ? undefined : checkUser(user);
}

const BEARER = /^bearer /i;

/**
 * Refuses a change that a page of another origin sent with the cookie of the user (docs/security-requirements.md, requirement 39). Browsers
 * report a cross-site request in the header `Sec-Fetch-Site`. On plain HTTP, browsers omit `Sec-Fetch-Site`. The host in `Origin` must then
 * be the host of the request. A page of another site can't send a bearer token, so a request with a bearer token needs no check. Throws
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
  // A program that is not a browser sends no `Sec-Fetch-Site`, no `Origin` and no cookie, so its request needs no check.
  if (site === undefined && origin === undefined && cookie === undefined) return;
  if (site === undefined && origin !== undefined && URL.parse(origin)?.host === host) return;
  throw new HttpProblem(
    "cross_site_request",
    "A change must come from a page of the application. If the page has another origin, add it to the option `origins`.",
  );
}
