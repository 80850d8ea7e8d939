import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import {
  createBucket,
  deleteBucket,
  deleteBucketCors,
  getBucketCors,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketCors,
} from "../operations/buckets.ts";
import { completeUpload } from "../operations/complete-upload.ts";
import { listObjects, listObjectsV2, listParts, listUploads } from "../operations/listings.ts";
import { abortUpload, createUpload, uploadPart, uploadPartCopy } from "../operations/multipart-uploads.ts";
import type { Operation } from "../operations/operation.ts";
import { getObject, getObjectAttributes, getObjectTagging, RESPONSE_PARAMETERS } from "../operations/read-objects.ts";
import { copyObject, deleteObject, deleteObjects, putObject } from "../operations/write-objects.ts";

/**
 * The requests that call one operation.
 *
 * `needs`: the required query parameters. `may`: the optional query parameters. `needsField`: a required header. `fields`: the `x-amz-*`
 * headers that the operation supports. A `*` at the end of a name matches any text.
 */
export type Route = {
  method: string;
  on: "service" | "bucket" | "object";
  needs?: readonly string[];
  needsField?: string;
  may?: readonly string[];
  fields?: readonly string[];
  run: Operation;
};

const BODY = ["x-amz-checksum-*", "x-amz-sdk-checksum-algorithm", "x-amz-trailer", "x-amz-decoded-content-length"];
const STORED = ["x-amz-meta-*", "x-amz-acl", "x-amz-storage-class"];
const READ = { may: [...RESPONSE_PARAMETERS, "partNumber"], fields: ["x-amz-checksum-mode"] };
const COPY = ["x-amz-copy-source", "x-amz-copy-source-if-*", "x-amz-metadata-directive", "x-amz-checksum-algorithm"];
// An SDK that sends an upload instead of a copy still sends `x-amz-metadata-directive`, which Amazon S3 ignores for an upload.
const UPLOAD = ["x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-metadata-directive"];
const ATTRIBUTES = ["x-amz-object-attributes", "x-amz-max-parts", "x-amz-part-number-marker"];
const BUCKET_LISTING = ["prefix", "max-buckets", "continuation-token", "bucket-region"];
const COMPLETION = ["x-amz-checksum-*", "x-amz-mp-object-size"];
const UPLOAD_LISTING = ["prefix", "delimiter", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"];
const OLD_LISTING = ["prefix", "delimiter", "max-keys", "marker", "encoding-type"];
const LISTING = [
  "prefix",
  "delimiter",
  "max-keys",
  "start-after",
  "continuation-token",
  "encoding-type",
  "fetch-owner",
];

export const ROUTES: readonly Route[] = [
  { method: "GET", on: "service", may: BUCKET_LISTING, run: listBuckets },
  { method: "GET", on: "bucket", needs: ["list-type"], may: LISTING, run: listObjectsV2 },
  { method: "GET", on: "bucket", needs: ["versioning"], run: getBucketVersioning },
  { method: "GET", on: "bucket", needs: ["uploads"], may: UPLOAD_LISTING, run: listUploads },
  { method: "GET", on: "bucket", needs: ["location"], run: getBucketLocation },
  { method: "GET", on: "bucket", needs: ["cors"], run: getBucketCors },
  { method: "PUT", on: "bucket", needs: ["cors"], fields: BODY, run: putBucketCors },
  { method: "DELETE", on: "bucket", needs: ["cors"], run: deleteBucketCors },
  { method: "POST", on: "bucket", needs: ["delete"], fields: BODY, run: deleteObjects },
  { method: "GET", on: "bucket", may: OLD_LISTING, run: listObjects },
  { method: "HEAD", on: "bucket", run: headBucket },
  { method: "PUT", on: "bucket", fields: [...BODY, "x-amz-acl"], run: createBucket },
  { method: "DELETE", on: "bucket", run: deleteBucket },
  { method: "POST", on: "object", needs: ["uploads"], fields: [...STORED, ...UPLOAD], run: createUpload },
  {
    method: "PUT",
    on: "object",
    needs: ["uploadId", "partNumber"],
    needsField: "x-amz-copy-source",
    fields: ["x-amz-copy-source", "x-amz-copy-source-if-*", "x-amz-copy-source-range"],
    run: uploadPartCopy,
  },
  { method: "PUT", on: "object", needs: ["uploadId", "partNumber"], fields: BODY, run: uploadPart },
  { method: "GET", on: "object", needs: ["uploadId"], may: ["max-parts", "part-number-marker"], run: listParts },
  { method: "POST", on: "object", needs: ["uploadId"], fields: COMPLETION, run: completeUpload },
  { method: "DELETE", on: "object", needs: ["uploadId"], run: abortUpload },
  { method: "PUT", on: "object", needsField: "x-amz-copy-source", fields: [...STORED, ...COPY], run: copyObject },
  { method: "GET", on: "object", needs: ["tagging"], run: getObjectTagging },
  { method: "GET", on: "object", needs: ["attributes"], fields: ATTRIBUTES, run: getObjectAttributes },
  { method: "GET", on: "object", ...READ, run: getObject },
  { method: "HEAD", on: "object", ...READ, run: getObject },
  { method: "PUT", on: "object", fields: [...BODY, ...STORED], run: putObject },
  { method: "DELETE", on: "object", run: deleteObject },
];

/** Headers that the bucket ignores. SDKs send `x-amz-user-agent` with every request. */
const WITHOUT_EFFECT = ["x-amz-user-agent"];

/**
 * Finds the operation that a request calls. Throws MethodNotAllowed if no route matches.
 *
 * Throws AccessDenied if the client expects another owner of the bucket. Throws NotImplemented for a query parameter or an `x-amz-*` header
 * that the operation does not support. If the bucket ignored such a parameter or header, it would not do what the client requests.
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

/** Headers that every operation accepts. Each value must be the id of the owner in listings. */
const OWNER_FIELDS = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];

/** Throws AccessDenied if the client expects another owner of the bucket. */
function checkOwner({ field, verified }: S3Request): void {
  for (const name of OWNER_FIELDS) {
    const expected = field(name);
    if (expected !== undefined && expected !== verified.accessKeyId) throw new S3Error("AccessDenied", "Access Denied");
  }
}
