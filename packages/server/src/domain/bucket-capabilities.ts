/** What a bucket does beyond storing; each was tried out, and false is what is assumed of one that has not been tried yet. */
export type BucketCapabilities = {
  /** Refuses a PUT with `If-None-Match: *` where something is. */
  conditionalPut: boolean;
  /** Refuses the same of CompleteMultipartUpload. */
  conditionalComplete: boolean;
  /** Takes no part once its upload is complete. */
  partsDie: boolean;
  signedLength: boolean;
  signedType: boolean;
  /** Keeps the content type that was sent. */
  storedType: boolean;
  signedSha256: boolean;
  /** Refuses `x-amz-*` headers that were not signed, such as one that makes a copy of a PUT. */
  unsignedHeaders: boolean;
  copy: boolean;
};

/** What is assumed until the bucket has been asked: the pipeline is safe with it on any server. */
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

/** One line for an operator. */
export function describeCapabilities(capabilities: BucketCapabilities): string {
  const entries = Object.entries(NAMES) as [keyof BucketCapabilities, string][];
  return `bucket: ${entries.map(([name, text]) => `${text} ${capabilities[name] ? "yes" : "no"}`).join(", ")}`;
}

/** The same from what was kept of it; undefined when it is not that, such as what an earlier version kept. */
export function parseCapabilities(kept: unknown): BucketCapabilities | undefined {
  if (typeof kept !== "object" || kept === null) return undefined;
  const values = kept as Record<string, unknown>;
  const names = Object.keys(NAMES) as (keyof BucketCapabilities)[];
  if (!names.every((name) => typeof values[name] === "boolean")) return undefined;
  return Object.fromEntries(names.map((name) => [name, values[name]])) as BucketCapabilities;
}
