import type { FastifyRequest } from "fastify";
import { HttpProblem } from "../problem.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const BEARER = /^bearer /i;

type Request = Pick<FastifyRequest, "method" | "headers">;

/**
 * Refuses a write that a page of another origin sent with the user's cookie (docs/security-requirements.md, 39).
 * A browser says so in `Sec-Fetch-Site`. On plain HTTP it does not, and then the host of `Origin` must be that of the request.
 * A bearer token is not sent by a foreign page, so it needs no check. Throws `cross_site_request`.
 */
export function requireOwnOrigin({ method, headers }: Request, origins: ReadonlySet<string>): void {
  if (SAFE_METHODS.has(method) || BEARER.test(headers.authorization ?? "")) return;
  const { origin, host, cookie } = headers;
  const site = headers["sec-fetch-site"];
  if (origin !== undefined && origins.has(origin)) return;
  if (site === "same-origin") return;
  // A program that is no browser sends neither of them, and a cookie of a user is not at its disposal.
  if (site === undefined && origin === undefined && cookie === undefined) return;
  if (site === undefined && origin !== undefined && URL.parse(origin)?.host === host) return;
  throw new HttpProblem(
    "cross_site_request",
    "A change must come from a page of the application. If the page has another origin, add it to the option `origins`.",
  );
}
