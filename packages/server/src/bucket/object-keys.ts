import { PresignError, parseS3Url } from "@valetkey/presign";
import { DomainError } from "../domain/errors.ts";

const RANDOM_BYTES = 16;
const TIME_DIGITS = 12;
// Keys of earlier versions have no time.
const OWN_PART = /^(?:[0-9a-f]{12})?[0-9a-f]{32}$/;

/**
 * Creates keys of the prefix, the time and 128 random bits. Both are in hex, which is safe in file systems, URLs and logs.
 * The time lets new rows share the pages of an index. Random keys alone would write one page for each row.
 */
export function createNewObjectKey(options: {
  keyPrefix: string;
  clock: () => number;
  random: (bytes: number) => Uint8Array;
}): () => string {
  const { keyPrefix, clock, random } = options;
  return () => {
    const time = clock().toString(16).padStart(TIME_DIGITS, "0");
    return `${keyPrefix}${time}${Buffer.from(random(RANDOM_BYTES)).toString("hex")}`;
  };
}

/** Whether `createNewObjectKey` created the key. */
export function createIsOwnKey({ keyPrefix }: { keyPrefix: string }): (objectKey: string) => boolean {
  return (objectKey) => objectKey.startsWith(keyPrefix) && OWN_PART.test(objectKey.slice(keyPrefix.length));
}

/** Parses the key from a URL of an object in this bucket. Accepts URLs of AWS and of `endpoints`. */
export function createObjectKeyOf(options: {
  bucket: string;
  endpoints: readonly string[];
}): (s3Url: string) => string {
  const { bucket, endpoints } = options;
  return (s3Url) => {
    const location = parseAtAny(s3Url, endpoints);
    if (location.bucket === bucket) return location.key;
    throw new DomainError("invalid_request", `The URL is in the bucket "${location.bucket}", not in "${bucket}".`);
  };
}

function parseAtAny(s3Url: string, endpoints: readonly string[]) {
  let failure: unknown;
  for (const endpoint of endpoints.length === 0 ? [undefined] : endpoints) {
    try {
      return parseS3Url(s3Url, { endpoint });
    } catch (error) {
      if (!(error instanceof PresignError)) throw error;
      failure ??= error;
    }
  }
  const reason = failure instanceof Error ? failure.message : "it names no object";
  throw new DomainError("invalid_request", `The URL can't be used: ${reason}.`, { cause: failure });
}
