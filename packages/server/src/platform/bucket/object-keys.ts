import { PresignError, parseS3Url } from "@valetkey/presign";
import { DomainError } from "../errors.ts";

const RANDOM_BYTES = 16;
const TIME_DIGITS = 12;
// The time (the first 12 digits) is optional, because keys of earlier versions do not have it.
/** The folder of the doctor's test objects, below the key prefix. Garbage collection deletes the objects of a run that was killed. */
export const DOCTOR_FOLDER = "valetkey-doctor/";
const OWN_PART = new RegExp(`^(?:${DOCTOR_FOLDER})?(?:[0-9a-f]{12})?[0-9a-f]{32}$`);

/**
 * Returns a function that creates keys. A key consists of the prefix, the time and 128 random bits. The time and the bits are in hex, which
 * is safe in file systems, URLs and logs. Keys with a time are in order, so new rows are written to the same page of an index. With only
 * random keys, each new row would change another page.
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

/** Returns a function that tests whether `createNewObjectKey` created a key. */
export function createIsOwnKey({ keyPrefix }: { keyPrefix: string }): (objectKey: string) => boolean {
  return (objectKey) => objectKey.startsWith(keyPrefix) && OWN_PART.test(objectKey.slice(keyPrefix.length));
}

/**
 * Returns a function that reads the key from the URL of an object in this bucket. The returned function accepts URLs at AWS, and URLs at
 * one of the `endpoints`.
 */
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
