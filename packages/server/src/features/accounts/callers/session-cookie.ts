import { createHmac, createSecretKey } from "node:crypto";
import { parseCookie } from "cookie";
import type { FastifyRequest } from "fastify";
import { isSameText } from "../../../platform/crypto/secrets.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { SAFE_METHODS, sessionCookieName } from "../../../platform/http/session-cookie.ts";

/**
 * Returns a function that reads the session token from a `Cookie` header. The function returns undefined if the header has no session
 * cookie, or if the signature of the cookie is wrong.
 *
 * The accounts library sets the cookie: the token, a dot, and the HMAC-SHA256 of the token in base64. This function checks the cookie,
 * because the library is much slower, and almost every request of the web app needs the check.
 */
export function sessionTokenReader({ secret, publicUrl }: { secret: string; publicUrl: string }) {
  const name = sessionCookieName(publicUrl);
  const key = createSecretKey(secret, "utf8");
  return (cookieHeader: string): string | undefined => {
    // A client can send hundreds of cookies, so the function decodes only the session cookie.
    const cookie = decoded(parseCookie(cookieHeader, { decode: (value) => value })[name] ?? "");
    const dot = cookie.lastIndexOf(".");
    if (dot < 1) return undefined;
    const token = cookie.slice(0, dot);
    const expected = createHmac("sha256", key).update(token).digest("base64");
    return isSameText(cookie.slice(dot + 1), expected) ? token : undefined;
  };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Returns a function that removes the session cookie from a `Cookie` header, unless `readToken` accepts the cookie. The accounts library
 * accepts more spellings of a signature than `readToken`. Without this function, a cookie could be valid on some routes only.
 */
export function sessionCookieFilter({
  publicUrl,
  readToken,
}: {
  publicUrl: string;
  readToken: (cookieHeader: string) => string | undefined;
}) {
  const name = sessionCookieName(publicUrl);
  return (cookieHeader: string): string =>
    readToken(cookieHeader) === undefined
      ? cookieHeader
          .split(";")
          .filter((pair) => pair.split("=", 1)[0]?.trim() !== name)
          .join(";")
      : cookieHeader;
}

/**
 * Refuses a write with the session cookie from a page of another origin (docs/security-requirements.md, 24). The header `Origin` must be
 * the public origin. Without `Origin`, the header `Sec-Fetch-Site` must be `same-origin`. Throws `cross_site_request`.
 */
export function requireSameOrigin(request: Pick<FastifyRequest, "method" | "headers">, publicOrigin: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  if (origin === undefined ? request.headers["sec-fetch-site"] === "same-origin" : origin === publicOrigin) return;
  throw new HttpProblem(
    "cross_site_request",
    "A request with the session cookie must come from a page of this service.",
  );
}
