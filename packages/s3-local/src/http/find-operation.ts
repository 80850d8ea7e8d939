import { S3Error } from "../errors.ts";
import type { Operation } from "../operations/context.ts";
import { checkOwner, OWNER_FIELDS } from "./check-owner.ts";
import type { S3Request } from "./request.ts";
import { ROUTES, type Route } from "./routes.ts";

/** SDKs send these headers with every request, and the bucket ignores them. */
const WITHOUT_EFFECT = ["x-amz-user-agent"];

/**
 * Finds the operation that a request calls. Throws MethodNotAllowed if no route matches.
 *
 * Throws AccessDenied if the client expects another owner of the bucket.
 * Throws NotImplemented for a parameter or an `x-amz-*` header that the operation does not understand.
 * If the bucket ignored such a parameter or header, it would not do what the client wants.
 */
export function findOperation(request: S3Request): Operation {
  const on = request.bucket === "" ? "service" : request.key === "" ? "bucket" : "object";
  const route = ROUTES.find(
    (candidate) => candidate.method === request.method && candidate.on === on && matches(candidate, request),
  );
  if (route === undefined) {
    const [parameter] = request.parameters.keys();
    if (parameter !== undefined) throw notImplemented({ Parameter: parameter });
    throw new S3Error("MethodNotAllowed", "The specified method is not allowed against this resource.", {
      details: { Method: request.method },
    });
  }
  for (const name of request.parameters.keys()) {
    if (!route.needs?.includes(name) && !route.may?.includes(name)) throw notImplemented({ Parameter: name });
  }
  for (const name of request.amzFields) {
    if (!isUnderstood(name, [...WITHOUT_EFFECT, ...OWNER_FIELDS, ...(route.fields ?? [])]))
      throw notImplemented({ Header: name });
  }
  checkOwner(request);
  return route.run;
}

function matches({ needs = [], needsField }: Route, request: S3Request): boolean {
  if (needsField !== undefined && request.field(needsField) === undefined) return false;
  return needs.every((name) => request.parameters.has(name));
}

function isUnderstood(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

function notImplemented(details: { Parameter: string } | { Header: string }): S3Error {
  const what = "Header" in details ? "header" : "query parameter";
  const message = `A ${what} you provided implies functionality that is not implemented`;
  return new S3Error("NotImplemented", message, { details });
}
