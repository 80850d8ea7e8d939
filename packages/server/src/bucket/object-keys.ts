import { PresignError, parseS3Url } from "@valetkey/presign";
import { DomainError } from "../domain/errors.ts";

const KEY_BYTES = 16;
const RANDOM_PART = /^[0-9a-f]{32}$/;

/** Makes keys: the prefix and 128 random bits in hex, which no file system, URL parser or log can mangle. */
export function createNewObjectKey(options: {
  keyPrefix: string;
  random: (bytes: number) => Uint8Array;
}): () => string {
  const { keyPrefix, random } = options;
  return () => `${keyPrefix}${Buffer.from(random(KEY_BYTES)).toString("hex")}`;
}

/** Tells the keys that were made here from all others. */
export function createIsOwnKey({ keyPrefix }: { keyPrefix: string }): (objectKey: string) => boolean {
  return (objectKey) => objectKey.startsWith(keyPrefix) && RANDOM_PART.test(objectKey.slice(keyPrefix.length));
}

/** Reads the key from any address of an object in our bucket; `endpoints` are the hosts that are ours besides AWS. */
export function createObjectKeyOf(options: {
  bucket: string;
  endpoints: readonly string[];
}): (s3Url: string) => string {
  const { bucket, endpoints } = options;
  return (s3Url) => {
    const location = parseAtAny(s3Url, endpoints);
    if (location.bucket === bucket) return location.key;
    throw new DomainError("invalid_request", `The address is in the bucket "${location.bucket}", not in "${bucket}".`);
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
  throw new DomainError("invalid_request", `The address can't be used: ${reason}.`, { cause: failure });
}
