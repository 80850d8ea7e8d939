/** The names of the capabilities in the log. The comments say what a bucket with this capability does. */
const NAMES = {
  /** Refuses a PUT with `If-None-Match: *` to an existing object. */
  conditionalPut: "conditional PUT",
  /** Refuses a CompleteMultipartUpload with `If-None-Match: *` to an existing object. */
  conditionalComplete: "conditional completion",
  /** Refuses a part of a multipart upload that is already complete. */
  partsDie: "parts end with their upload",
  signedLength: "signed length",
  signedType: "signed type",
  /** Stores the content type of the request. */
  storedType: "stored type",
  signedSha256: "signed SHA-256",
  /** Refuses `x-amz-*` headers that the signature does not cover. Such a header could turn a PUT into a copy. */
  unsignedHeaders: "unsigned headers refused",
  copy: "copy",
} as const;
const KEYS = Object.keys(NAMES) as (keyof typeof NAMES)[];

/** The capabilities that a probe has found in a bucket. */
export type BucketCapabilities = Record<keyof typeof NAMES, boolean>;

/** The capabilities before the first probe. With these capabilities, uploads are safe on every server. */
export const LEAST_CAPABILITIES = Object.fromEntries(KEYS.map((name) => [name, false])) as BucketCapabilities;

/** Describes the capabilities in one line for the log. */
export function describeCapabilities(capabilities: BucketCapabilities): string {
  return `bucket: ${KEYS.map((name) => `${NAMES[name]} ${capabilities[name] ? "yes" : "no"}`).join(", ")}`;
}

/** Parses stored capabilities. Returns undefined if some are missing, for example because an earlier version stored them. */
export function parseCapabilities(stored: unknown): BucketCapabilities | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const values = stored as Record<string, unknown>;
  if (!KEYS.every((name) => typeof values[name] === "boolean")) return undefined;
  return Object.fromEntries(KEYS.map((name) => [name, values[name]])) as BucketCapabilities;
}
