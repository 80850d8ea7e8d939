import type { IncomingHttpHeaders } from "node:http";

/** The parts of an S3 request that decide how the provider responds. */
export type Call = {
  method: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Whether the path names an object, and not only a bucket. */
  hasKey: boolean;
};

/** An error response of the provider to certain requests. */
type Refusal = { matches: (call: Call) => boolean; status: number; code: string; message: string };

/** The documented differences between a provider and Amazon S3. All other requests reach the built-in bucket unchanged. */
export type Profile = {
  /** The name of the provider, as in docs/providers.md. */
  name: string;
  refusals?: readonly Refusal[];
  /** Whether a write with `If-None-Match: *` replaces an existing object. */
  ignoresIfNoneMatch?: boolean;
  /** Whether the provider aborts a multipart upload if the condition of its completion fails. */
  abortsFailedCompletion?: boolean;
  omittedHeaders?: readonly string[];
};

const NOT_IMPLEMENTED = {
  status: 501,
  code: "NotImplemented",
  message: "A header you provided implies functionality that is not implemented",
};

const isForm = ({ method, headers, hasKey }: Call) =>
  method === "POST" && !hasKey && headers["content-type"]?.startsWith("multipart/form-data") === true;
const isBatchDelete = ({ method, query }: Call) => method === "POST" && query.has("delete");
const isCorsChange = ({ method, query }: Call) => method === "PUT" && query.has("cors");
export const isConditionalWrite = ({ method, headers }: Call) =>
  (method === "PUT" || method === "POST") && headers["if-none-match"] !== undefined;

/** https://developers.cloudflare.com/r2/api/s3/api/ */
const R2: Profile = {
  name: "R2",
  refusals: [
    // "POST, which performs uploads via native HTML forms, is not currently supported." The documentation does not name the status.
    // https://developers.cloudflare.com/r2/api/s3/presigned-urls/
    { matches: isForm, ...NOT_IMPLEMENTED },
  ],
  // "When a condition failure occurs when publishing an upload, the upload is no longer available and is treated as aborted."
  // https://developers.cloudflare.com/r2/reference/changelog/ (2023-08-11)
  abortsFailedCompletion: true,
};

/** https://www.backblaze.com/docs/cloud-storage-s3-compatible-api */
const B2: Profile = {
  name: "B2",
  refusals: [
    // "Unsupported header 'x-amz-checksum-crc32' received for this API call." Some regions now accept this header, but the profile refuses
    // it. https://github.com/stonith404/pingvin-share/issues/798, https://github.com/boto/s3transfer/issues/327
    {
      matches: (call) => (call.hasKey || isBatchDelete(call)) && hasChecksum(call),
      status: 400,
      code: "InvalidArgument",
      message: "Unsupported header 'x-amz-checksum' received for this API call.",
    },
    // https://github.com/sathinduga/obsidian-s3-sync-and-backup/issues/78
    { matches: isConditionalWrite, ...NOT_IMPLEMENTED },
    // The list of supported calls does not contain PostObject. The documentation does not name the status.
    // https://www.backblaze.com/docs/cloud-storage-call-the-s3-compatible-api
    { matches: isForm, ...NOT_IMPLEMENTED },
  ],
};

/** https://cloud.google.com/storage/docs/migrating */
const GOOGLE: Profile = {
  name: "Google",
  refusals: [
    // https://github.com/boto/boto3/issues/2293
    { matches: isBatchDelete, status: 400, code: "InvalidArgument", message: "Cannot create buckets using a POST." },
    // The XML for CORS of Google Cloud Storage has another format than the XML of S3. The documentation does not name the error code.
    // https://cloud.google.com/storage/docs/xml-api/put-bucket-metadata#cors-body
    {
      matches: isCorsChange,
      status: 400,
      code: "MalformedCORSConfiguration",
      message: "The CORS document is invalid.",
    },
  ],
  // If-None-Match "applies to requests that retrieve data". https://cloud.google.com/storage/docs/request-preconditions
  ignoresIfNoneMatch: true,
  // The XML API of Google Cloud Storage has no checksum header. https://cloud.google.com/storage/docs/xml-api/reference-headers
  omittedHeaders: ["x-amz-checksum-sha256"],
};

/**
 * "100% bit-compatible with AWS S3." Wasabi documents no difference from S3 that affects the service.
 * https://docs.wasabi.com/apidocs/wasabi-api
 */
const WASABI: Profile = { name: "Wasabi" };

/**
 * DigitalOcean documents no difference from S3 that affects the service.
 * https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/
 */
const SPACES: Profile = { name: "Spaces" };

/** https://docs.hetzner.com/storage/object-storage/supported-actions/ */
const HETZNER: Profile = {
  name: "Hetzner",
  refusals: [
    // Hetzner refuses a checksum in the trailer of a body. https://github.com/google/go-cloud/issues/3535
    {
      matches: ({ headers }) => String(headers["x-amz-content-sha256"]).startsWith("STREAMING-"),
      status: 400,
      code: "XAmzContentSHA256Mismatch",
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    },
  ],
};

/** https://github.com/minio/minio */
const MINIO: Profile = {
  name: "MinIO",
  refusals: [
    // https://github.com/minio/minio/issues/20995
    { matches: isCorsChange, ...NOT_IMPLEMENTED },
    // MinIO releases before 2025 refuse a request without the header Content-MD5. https://github.com/minio/minio/issues/20845
    {
      matches: (call) => isBatchDelete(call) && call.headers["content-md5"] === undefined,
      status: 400,
      code: "MissingContentMD5",
      message: "Missing required header for this request: Content-Md5.",
    },
  ],
};

/** https://garagehq.deuxfleurs.fr/documentation/reference-manual/s3-compatibility/ */
const GARAGE: Profile = {
  name: "Garage",
  // The Garage documentation does not mention conditional writes. Garage 0.9 ignores the conditions of writes and all checksum headers
  // (src/api/s3/put.rs).
  ignoresIfNoneMatch: true,
  omittedHeaders: ["x-amz-checksum-sha256"],
};

/** https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API */
const SEAWEEDFS: Profile = {
  name: "SeaweedFS",
  refusals: [
    // The SeaweedFS wiki lists PutBucketCors only since July 2025. The profile is an older release.
    // https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API
    { matches: isCorsChange, ...NOT_IMPLEMENTED },
  ],
  // SeaweedFS 3.96 ignores the condition of a write. https://github.com/seaweedfs/seaweedfs/issues/7153
  ignoresIfNoneMatch: true,
  // "The checksum was validated during upload but discarded." https://github.com/seaweedfs/seaweedfs/pull/8914
  omittedHeaders: ["x-amz-checksum-sha256"],
};

/** Returns whether the provider differs from Amazon S3. A profile without differences behaves exactly like the built-in bucket. */
export const hasDifferences = (profile: Profile): boolean => Object.keys(profile).length > 1;

export const PROFILES: readonly Profile[] = [R2, B2, GOOGLE, WASABI, SPACES, HETZNER, MINIO, GARAGE, SEAWEEDFS];

function hasChecksum({ headers }: Call): boolean {
  return Object.keys(headers).some((name) => /^x-amz-(sdk-)?checksum-/.test(name));
}
