/** The capabilities of a bucket, from a probe. */
export type BucketCapabilities = {
  /** Refuses a PUT with `If-None-Match: *` to an existing object. */
  conditionalPut: boolean;
  /** Refuses a CompleteMultipartUpload with `If-None-Match: *` to an existing object. */
  conditionalComplete: boolean;
  /** Refuses a part after its upload is complete. */
  partsDie: boolean;
  signedLength: boolean;
  signedType: boolean;
  /** Stores the content type of the request. */
  storedType: boolean;
  signedSha256: boolean;
  /** Refuses `x-amz-*` headers without a signature, such as one that turns a PUT into a copy. */
  unsignedHeaders: boolean;
  copy: boolean;
};

/** The capabilities before the first probe. With them, uploads are safe on any server. */
export const LEAST_CAPABILITIES: BucketCapabilities = {
  conditionalPut: false,
  conditionalComplete: false,
  partsDie: false,
  signedLength: false,
  signedType: false,
  storedType: false,
  signedSha256: false,
  unsignedHeaders: false,
  copy: false,
};

const NAMES: Record<keyof BucketCapabilities, string> = {
  conditionalPut: "conditional PUT",
  conditionalComplete: "conditional completion",
  partsDie: "parts end with their upload",
  signedLength: "signed length",
  signedType: "signed type",
  storedType: "stored type",
  signedSha256: "signed SHA-256",
  unsignedHeaders: "unsigned headers refused",
  copy: "copy",
};

/** Describes the capabilities in one line for the log. */
export function describeCapabilities(capabilities: BucketCapabilities): string {
  const entries = Object.entries(NAMES) as [keyof BucketCapabilities, string][];
  return `bucket: ${entries.map(([name, text]) => `${text} ${capabilities[name] ? "yes" : "no"}`).join(", ")}`;
}

/** Parses stored capabilities. Undefined when they are incomplete, for example from an earlier version. */
export function parseCapabilities(stored: unknown): BucketCapabilities | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const values = stored as Record<string, unknown>;
  const names = Object.keys(NAMES) as (keyof BucketCapabilities)[];
  if (!names.every((name) => typeof values[name] === "boolean")) return undefined;
  return Object.fromEntries(names.map((name) => [name, values[name]])) as BucketCapabilities;
}
