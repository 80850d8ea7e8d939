import type { FastifyRequest } from "fastify";
import { HttpProblem } from "../../../platform/http/problem.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

type Request = Pick<FastifyRequest, "method" | "headers">;

/**
 * Refuses a write that a page of another origin sent with the user's cookie (docs/security-requirements.md, 24).
 * The header `Origin` must be the public origin. If there is no `Origin`, `Sec-Fetch-Site` must be `same-origin`. Throws
 * `cross_site_request`.
 */
export function requireSameOrigin(request: Request, publicOrigin: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  if (origin === undefined ? request.headers["sec-fetch-site"] === "same-origin" : origin === publicOrigin) return;
  throw new HttpProblem(
    "cross_site_request",
    "A request with the session cookie must come from a page of this service.",
  );
}
