import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { HttpProblem } from "../../../platform/http/problem.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Returns an `onRequest` hook for the routes that visitors of public links call. The hook tells caches and search engines not to store a
 * response. The hook also refuses a write that a page of another origin sent. A form of the page without JavaScript sends the Origin
 * `null`, because the Referrer-Policy of that page is no-referrer.
 */
export function visitorHeaders(publicUrl: string): onRequestHookHandler {
  const publicOrigin = new URL(publicUrl).origin;
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    reply.headers({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex, nofollow",
    });
    const isRefused = !SAFE_METHODS.has(request.method) && isCrossSite(request, publicOrigin);
    done(
      isRefused
        ? new HttpProblem("cross_site_request", "This request must come from a page of this service.")
        : undefined,
    );
  };
}

function isCrossSite({ headers }: FastifyRequest, publicOrigin: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  return headers.origin !== undefined && headers.origin !== "null" && headers.origin !== publicOrigin;
}
