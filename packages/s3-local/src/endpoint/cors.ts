import { S3Error } from "../errors.ts";
import type { CorsRule } from "../store/buckets.ts";

type CrossOriginRequest = { origin: string; method: string; headers: readonly string[] };

/**
 * Returns the headers that let a page of another origin read a response. No headers if no rule matches the request.
 *
 * Only the first matching rule applies. Source: Amazon S3, "Using cross-origin resource sharing".
 */
export function corsHeaders(rules: readonly CorsRule[], request: CrossOriginRequest): Record<string, string> {
  const rule = rules.find((candidate) => matchesRule(candidate, request));
  if (rule === undefined) return {};
  const anyOrigin = rule.allowedOrigins.includes("*");
  return {
    "Access-Control-Allow-Origin": anyOrigin ? "*" : request.origin,
    "Access-Control-Allow-Methods": rule.allowedMethods.join(", "),
    ...(!anyOrigin && { "Access-Control-Allow-Credentials": "true" }),
    ...(request.headers.length > 0 && { "Access-Control-Allow-Headers": request.headers.join(", ") }),
    ...(rule.exposeHeaders.length > 0 && { "Access-Control-Expose-Headers": rule.exposeHeaders.join(", ") }),
    ...(rule.maxAgeSeconds !== undefined && { "Access-Control-Max-Age": String(rule.maxAgeSeconds) }),
  };
}

/** Returns the CORS headers for a preflight (OPTIONS), which has no signature. Throws AccessForbidden if no rule matches. */
export function preflightHeaders(
  rules: readonly CorsRule[] | undefined,
  header: (name: string) => string | undefined,
): Record<string, string> {
  const origin = header("origin");
  const method = header("access-control-request-method");
  if (origin === undefined || method === undefined) {
    throw new S3Error(
      "BadRequest",
      "Insufficient information. Origin request header and Access-Control-Request-Method needed.",
    );
  }
  const requested = (header("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase());
  const headers = corsHeaders(rules ?? [], { origin, method, headers: requested.filter((name) => name !== "") });
  if (Object.keys(headers).length > 0) return headers;
  throw new S3Error(
    "AccessForbidden",
    rules === undefined
      ? "CORSResponse: CORS is not enabled for this bucket."
      : "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
  );
}

function matchesRule(rule: CorsRule, { origin, method, headers }: CrossOriginRequest): boolean {
  return (
    rule.allowedMethods.includes(method) &&
    rule.allowedOrigins.some((pattern) => matches(pattern, origin)) &&
    headers.every((name) => rule.allowedHeaders.some((pattern) => matches(pattern.toLowerCase(), name)))
  );
}

function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star === -1) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}
