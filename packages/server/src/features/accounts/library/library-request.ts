import type { ProblemCode } from "@valetkey/contract";
import type { HookEndpointContext } from "better-auth";
import { createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import type { FastifyRequest } from "fastify";
import type { Tx } from "../../../platform/database/queries.ts";
import { DomainError, invalidRequest } from "../../../platform/errors.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import type { Caller } from "../../access/caller.ts";
import type { LinkVerbs } from "../../links/index.ts";
import type { PeopleVerbs } from "../../people/index.ts";
import type { SharingVerbs } from "../../sharing/index.ts";
import { unauthenticated } from "../callers/identity.ts";
import type { AccountVerbs } from "../index.ts";
import type { Owner } from "../own/owner.ts";

/** The functions of the service that the plugins of the accounts library call. */
export type LibraryVerbs = AccountVerbs & PeopleVerbs & SharingVerbs & Pick<LinkVerbs, "hashTurns">;

/** The dependencies of the plugins of the accounts library. Each endpoint of a plugin throws the errors of its use case. */
export type PluginDeps = {
  db: Tx;
  useCases: LibraryVerbs;
  publicUrl: string;
  /** Logs a change of an account. The log line never contains an email address. */
  logChange: (message: string, change: { userId: string; cause: string }) => void;
};

const FORWARDED_HEADERS = ["cookie", "user-agent", "accept-language"] as const;

/** The members of a body with redirect URLs, which the service does not use. The library would log a wrong URL completely. */
const REDIRECTS = ["callbackURL", "redirectTo", "errorCallbackURL", "newUserCallbackURL"] as const;

/** Returns whether a browser may have sent the request. Another site can misuse only the cookies of a browser. */
export function comesFromBrowser({ headers }: FastifyRequest): boolean {
  return headers.cookie !== undefined || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

export function withoutRedirects(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !(REDIRECTS as readonly string[]).includes(name)));
}

/** `cookiesFor` returns the cookies of a `Cookie` header that the library may read (callers/session-cookie.ts). */
export type LibraryCookies = { cookiesFor(cookieHeader: string): string };

/**
 * Builds the request for better-auth from the public URL and a short list of headers, so that a forged Host or X-Forwarded-* header never
 * reaches the library (docs/security-requirements.md, 26).
 */
export function toLibraryRequest(
  request: FastifyRequest,
  { path, origin, body = request.body, cookiesFor }: { path: string; origin: string; body?: unknown } & LibraryCookies,
): Request {
  const { method } = request;
  const queryAt = request.url.indexOf("?");
  const url = new URL(origin + AUTH_PATH + path);
  if (method === "GET" && queryAt !== -1) url.search = request.url.slice(queryAt);
  const headers = new Headers({ [CLIENT_ADDRESS_HEADER]: request.clientAddress });
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, name === "cookie" ? cookiesFor(value) : value);
  }
  // The service has already checked the origin, perhaps only with Sec-Fetch-Site. The library needs an Origin header, because it does not
  // read Sec-Fetch-Site.
  if (comesFromBrowser(request)) headers.set("origin", origin);
  if (method === "GET" || body === undefined) return new Request(url, { method, headers });
  headers.set("content-type", "application/json");
  return new Request(url, { method, headers, body: JSON.stringify(body) });
}

const CODES: Record<number, ProblemCode> = {
  401: "unauthenticated",
  403: "access_denied",
  404: "not_found",
  415: "unsupported_media_type",
};

/** Converts an error response of better-auth to a problem. A response with a status of 500 or higher becomes the error `internal`. */
export async function accountProblem(response: Response): Promise<Error> {
  const { status } = response;
  if (status >= 500) return new Error(`The accounts library responded with status ${status}.`);
  const code = CODES[status] ?? "invalid_request";
  const headers = code === "unauthenticated" ? { "WWW-Authenticate": "Bearer" } : undefined;
  return new HttpProblem(code, await messageOf(response), { ...(headers && { headers }) });
}

// The error texts of better-auth never contain a value from the request. They are fixed, or name an invalid field.
async function messageOf(response: Response): Promise<string> {
  try {
    const body: unknown = JSON.parse(await response.text());
    if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string") {
      return body.message;
    }
  } catch {}
  return "The request was refused.";
}

export const AUTH_PATH = "/auth";

/** The header with the IP address of the client for the library. The service sets it on every request, and ignores the client's value. */
export const CLIENT_ADDRESS_HEADER = "x-valetkey-client-address";

type Endpoint = Parameters<typeof getSessionFromCtx>[0];

type Handle = Parameters<typeof createAuthMiddleware>[0];

/** Creates the hooks of a plugin. `handle` runs before or after the endpoints that `matcher` accepts. */
export function hook(matcher: (context: HookEndpointContext) => boolean, handle: Handle) {
  return [{ matcher, handler: createAuthMiddleware(handle) }];
}

export const POST = { method: "POST" } as const;
export const DONE = { status: true } as const;

export function bodyOf({ body }: { body?: unknown }): Record<string, unknown> {
  return (body ?? {}) as Record<string, unknown>;
}

/** Reads a text field of the body. Throws `invalid_request`. */
export function textOf(endpoint: { body?: unknown }, name: string): string {
  const value = bodyOf(endpoint)[name];
  if (typeof value === "string") return value;
  throw new HttpProblem("invalid_request", `${name} is missing.`);
}

/** Returns the caller whose session is in the cookie. Throws `unauthenticated`. */
export async function callerOf(endpoint: Endpoint): Promise<Caller> {
  const found = await getSessionFromCtx(endpoint);
  if (found === null) throw unauthenticated("Sign in first.", "Bearer");
  return { userId: found.user.id, credential: { kind: "session", id: found.session.id } };
}

/** Returns the caller and the hash of the password in the body. Throws `unauthenticated`, `invalid_request`, `wrong_password`. */
export async function ownerOf(endpoint: Endpoint, { field = "password" } = {}): Promise<Owner> {
  const caller = await callerOf(endpoint);
  const password = textOf(endpoint, field);
  const { internalAdapter, password: hashes } = endpoint.context;
  const hash = (await internalAdapter.findCredentialAccount(caller.userId))?.password;
  if (!hash) throw invalidRequest("This account has no password. It signs in with the identity provider.");
  if (await hashes.verify({ hash, password })) return { caller, passwordHash: hash };
  throw new DomainError("wrong_password", "The password is wrong.");
}
