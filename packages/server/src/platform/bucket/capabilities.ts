/** The names of the capabilities in the log. The comments say what a bucket with this capability does. */
const NAMES = {
  /** The bucket refuses a PUT with `If-None-Match: *` if the object exists. */
  conditionalPut: "conditional PUT",
  /** The bucket refuses a CompleteMultipartUpload with `If-None-Match: *` if the object exists. */
  conditionalComplete: "conditional completion",
  /** The bucket refuses a part if the multipart upload is already complete. */
  partsDie: "parts end with their upload",
  signedLength: "signed length",
  signedType: "signed type",
  /** The bucket stores the content type of the upload request. */
  storedType: "stored type",
  signedSha256: "signed SHA-256",
  /** The bucket refuses `x-amz-*` headers that the signature does not cover. An uncovered header could turn a PUT into a copy. */
  unsignedHeaders: "unsigned headers refused",
  copy: "copy",
} as const;
const KEYS = Object.keys(NAMES) as (keyof typeof NAMES)[];

/** The capabilities that a probe has found in a bucket. */
export type BucketCapabilities = Record<keyof typeof NAMES, boolean>;

/** The service assumes these capabilities before the first probe. With them, uploads are safe on every S3 server. */
export const LEAST_CAPABILITIES = Object.fromEntries(KEYS.map((name) => [name, false])) as BucketCapabilities;

/** Describes the capabilities in one line for the log. */
export function describeCapabilities(capabilities: BucketCapabilities): string {
  return `bucket: ${KEYS.map((name) => `${NAMES[name]} ${capabilities[name] ? "yes" : "no"}`).join(", ")}`;
}

/** Parses stored capabilities. Returns undefined if a capability is missing, for example because an earlier version did not know it. */
export function parseCapabilities(stored: unknown): BucketCapabilities | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const values = stored as Record<string, unknown>;
  if (!KEYS.every((name) => typeof values[name] === "boolean")) return undefined;
  return Object.fromEntries(KEYS.map((name) => [name, values[name]])) as BucketCapabilities;
}
