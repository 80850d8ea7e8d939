import type { FastifyRequest } from "fastify";
import { AUTH_PATH, CLIENT_ADDRESS_HEADER } from "./accounts-config.ts";

const FORWARDED_HEADERS = ["cookie", "user-agent"] as const;

/** Whether a request carries a sign of a browser. Without one (curl signing in) there is no cookie of someone else to misuse. */
export function comesFromBrowser({ headers }: FastifyRequest): boolean {
  return headers.cookie !== undefined || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

/**
 * A request as the library gets it, at `path` below its own. Built from the public URL and a short list of headers: a forged Host or
 * X-Forwarded-* never gets in (SECURITY-REQUIREMENTS 26).
 */
export function toLibraryRequest(
  request: FastifyRequest,
  { path, origin, body = request.body }: { path: string; origin: string; body?: unknown },
): Request {
  const queryAt = request.url.indexOf("?");
  const url = new URL(origin + AUTH_PATH + path + (queryAt === -1 ? "" : request.url.slice(queryAt)));
  // The zone of a link-local address is not part of what the library takes for one.
  const headers = new Headers({ [CLIENT_ADDRESS_HEADER]: request.ip.split("%", 1)[0] ?? "" });
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  // The origin has been checked where there was one, also by Sec-Fetch-Site alone, which the library would not take.
  if (comesFromBrowser(request)) headers.set("origin", origin);
  const { method } = request;
  if (method === "GET" || body === undefined) return new Request(url, { method, headers });
  headers.set("content-type", "application/json");
  return new Request(url, { method, headers, body: JSON.stringify(body) });
}
