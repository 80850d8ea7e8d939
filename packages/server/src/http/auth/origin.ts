import type { FastifyRequest } from "fastify";
import { HttpProblem } from "../problem.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

type Request = Pick<FastifyRequest, "method" | "headers">;

/**
 * Refuses a state-changing request that a page of another origin made the browser send with its cookie (docs/security-requirements.md, 24).
 * `Origin` must be the public one; without it, `Sec-Fetch-Site` must say same-origin. Throws `cross_site_request`.
 */
export function requireSameOrigin(request: Request, publicOrigin: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  if (origin === undefined ? request.headers["sec-fetch-site"] === "same-origin" : origin === publicOrigin) return;
  throw new HttpProblem("cross_site_request", "A request with the session cookie must come from the app's own pages.");
}
