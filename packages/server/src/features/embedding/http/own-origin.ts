import type { FastifyRequest } from "fastify";
import { HttpProblem } from "../../../platform/http/problem.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const BEARER = /^bearer /i;

type Request = Pick<FastifyRequest, "method" | "headers">;

/**
 * Refuses a write that a page of another origin sent with the cookie of the user (docs/security-requirements.md, 39). A browser reports
 * such a write in `Sec-Fetch-Site`. On plain HTTP, browsers omit `Sec-Fetch-Site`. In this case, the host in `Origin` must be the host of
 * the request. A page of another site can't send a bearer token, so a request with a bearer token needs no check. Throws
 * `cross_site_request`.
 */
export function requireOwnOrigin({ method, headers }: Request, origins: ReadonlySet<string>): void {
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
