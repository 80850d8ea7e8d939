import type { FastifyRequest } from "fastify";
import { AUTH_PATH, CLIENT_ADDRESS_HEADER } from "./accounts-config.ts";

const FORWARDED_HEADERS = ["cookie", "user-agent", "accept-language"] as const;

/**
 * The library redirects to these URLs after some operations. The service uses none of them. It removes them, because the library logs each
 * wrong URL in full, and anyone can send one.
 */
const REDIRECTS = ["callbackURL", "redirectTo", "errorCallbackURL", "newUserCallbackURL"] as const;

/** Whether a browser may have sent the request. Other clients, such as curl, have no cookies that a page of another site could use. */
export function comesFromBrowser({ headers }: FastifyRequest): boolean {
  return headers.cookie !== undefined || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

/** Returns the body without the fields that the service does not support. */
export function withoutRedirects(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !(REDIRECTS as readonly string[]).includes(name)));
}

/** `cookiesFor` returns the cookies of a `Cookie` header that the library may read (session-token.ts). */
export type LibraryCookies = { cookiesFor(cookieHeader: string): string };

/**
 * Builds the request for better-auth from the public URL and a short list of headers.
 * A forged Host or X-Forwarded-* header never reaches the library (docs/security-requirements.md, 26).
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
  // The service has already checked the origin, perhaps only with Sec-Fetch-Site. The library does not support that header, so it gets an
  // Origin header.
  if (comesFromBrowser(request)) headers.set("origin", origin);
  if (method === "GET" || body === undefined) return new Request(url, { method, headers });
  headers.set("content-type", "application/json");
  return new Request(url, { method, headers, body: JSON.stringify(body) });
}
