import type { ArrivingBodies } from "../body/arriving-bodies.ts";
import { checksumHeader } from "../body/checksums.ts";
import { invalidArgument, S3Error } from "../errors.ts";
import type { Fields, S3Request } from "../http/request.ts";
import type { S3Response, XmlElements } from "../http/response.ts";
import type { Checksum, ObjectRecord } from "../store/database.ts";
import { matchesEtag, preconditionFailed, type WriteConditions } from "../store/objects.ts";
import type { Store } from "../store/store.ts";

/** The dependencies of all operations. `now` returns milliseconds since 1970. */
export type Context = { store: Store; bodies: ArrivingBodies; region: string; now: () => number };

/** An S3 operation, which returns a response or throws S3Error. */
export type Operation = (request: S3Request, context: Context) => S3Response | Promise<S3Response>;

/** Returns the owner of all buckets and objects, for lists. */
export function ownerOf({ verified }: S3Request): XmlElements {
  return { ID: verified.accessKeyId, DisplayName: verified.accessKeyId };
}

const MAX_PART_NUMBER = 10_000;

export function uploadOf(request: S3Request): { key: string; uploadId: string } {
  return { key: request.key, uploadId: request.parameters.get("uploadId") ?? "" };
}

/** Reads the number of a part. Throws InvalidArgument unless the number is from 1 to 10,000. */
export function readPartNumber(text: string | undefined): number {
  const partNumber = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= MAX_PART_NUMBER) return partNumber;
  throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", {
    ArgumentName: "partNumber",
    ArgumentValue: text ?? "",
  });
}

export function checksumHeaders(checksums: readonly Checksum[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { algorithm, value, type } of checksums) {
    headers[checksumHeader(algorithm)] = value;
    headers["x-amz-checksum-type"] = type;
  }
  return headers;
}

export function checksumElements(checksums: readonly Checksum[]): Record<string, string> {
  return Object.fromEntries(checksums.map(({ algorithm, value }) => [`Checksum${algorithm}`, value]));
}

/** Refuses storage classes and access control lists that the bucket does not support. */
export function checkStorage(request: Fields): void {
  const storageClass = request.field("x-amz-storage-class");
  if (storageClass !== undefined && storageClass !== "STANDARD") {
    throw new S3Error("NotImplemented", "Only the storage class STANDARD is implemented", {
      details: { Header: "x-amz-storage-class" },
    });
  }
  const acl = request.field("x-amz-acl");
  if (acl === undefined || acl === "private" || acl === "bucket-owner-full-control") return;
  throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

/** Reads the conditions of a write. Throws NotImplemented if `If-None-Match` is not `*`, like Amazon S3. */
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
 * Returns whether the client already has the current object. Throws PreconditionFailed if a condition of the request is false.
 *
 * A condition on the entity tag overrides the condition on the date. Source: RFC 9110, section 13.2.2.
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
