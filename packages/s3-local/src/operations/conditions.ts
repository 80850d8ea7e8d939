import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import { matchesEtag, preconditionFailed, type WriteConditions } from "../store/objects.ts";
import type { ObjectRecord } from "../store/records.ts";

/** Reads the conditions of a write. Throws NotImplemented if `If-None-Match` is not `*`, as Amazon S3 does. */
export function readWriteConditions(request: S3Request): WriteConditions {
  const ifMatch = request.field("if-match");
  const ifNoneMatch = request.field("if-none-match");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
    throw new S3Error("NotImplemented", "A header you provided implies functionality that is not implemented", {
      details: {
        Header: "If-None-Match",
        additionalMessage: "We don't accept the provided value of If-None-Match header for this API",
      },
    });
  }
  return { ...(ifMatch !== undefined && { ifMatch }), ...(ifNoneMatch !== undefined && { ifNoneMatch }) };
}

/**
 * Returns whether the client already has the current object. Throws PreconditionFailed if a condition is false.
 *
 * If there is a condition on the entity tag, the condition on the date is ignored. Source: RFC 9110, section 13.2.2.
 */
export function isNotModified(
  request: S3Request,
  object: ObjectRecord,
  prefix: "" | "x-amz-copy-source-" = "",
): boolean {
  const field = (name: string) => request.field(`${prefix}${name}`);
  const ifMatch = field("if-match");
  const unmodifiedSince = toSeconds(field("if-unmodified-since"));
  const lastModified = Math.floor(object.lastModified / 1000);
  if (ifMatch !== undefined && !matchesEtag(ifMatch, object.etag)) throw preconditionFailed("If-Match");
  if (ifMatch === undefined && unmodifiedSince !== undefined && lastModified > unmodifiedSince) {
    throw preconditionFailed("If-Unmodified-Since");
  }
  const ifNoneMatch = field("if-none-match");
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, object.etag);
  const modifiedSince = toSeconds(field("if-modified-since"));
  return modifiedSince !== undefined && lastModified <= modifiedSince;
}

/** Returns whole seconds since 1970, because HTTP dates have no fractions. Returns undefined if the date is invalid. */
function toSeconds(date: string | undefined): number | undefined {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
