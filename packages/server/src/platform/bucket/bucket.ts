import { type Credentials, PresignError, parseS3Url } from "@valetkey/presign";
import type { Clock } from "../clock.ts";
import { invalidRequest } from "../errors.ts";
import type { OptionOf } from "../text/option-names.ts";
import { createClient, type Timeouts } from "./client.ts";
import { type CredentialProvider, createCredentialSource, sdkProviderChain } from "./credentials.ts";
import { createDeletion, createListing } from "./list-and-delete.ts";
import { createBrowserMultipart, createCopy, createDiscardParts } from "./multipart.ts";
import type { Bucket } from "./port.ts";
import { createReading } from "./reading.ts";
import { type CloudFrontTarget, createSigning } from "./signing.ts";
import { createStore, type PartBufferLimits } from "./store.ts";
import { createTryCapabilities } from "./try-capabilities.ts";

export type BucketOptions = {
  name: string;
  region: string;
  /** The endpoint that the service calls. Default: AWS. */
  endpoint?: string | undefined;
  /** The endpoint in presigned URLs, which browsers call. Default: `endpoint`. */
  publicEndpoint?: string | undefined;
  /** Whether URLs have the name of the bucket in the path instead of the host name. Default: false. */
  forcePathStyle?: boolean | undefined;
  /** The CloudFront distribution that serves downloads. Default: the bucket serves downloads. */
  cloudFront?: CloudFrontTarget | undefined;
  /** Empty, or ends with a slash. Default: empty. */
  keyPrefix?: string | undefined;
  /** Static credentials, or a provider that is called again before its credentials expire. Default: the provider chain of the AWS SDK. */
  credentials?: Credentials | CredentialProvider | undefined;
  clock: Clock;
  random: (bytes: number) => Uint8Array;
  /** Receives warnings for the operator, which contain no secrets. Default: ignores the warnings. */
  onWarning?: ((text: string) => void) | undefined;
  /** Returns the name of a setting for error texts. Default: the environment variables of the service. */
  optionOf?: OptionOf | undefined;
  timeouts?: Partial<Timeouts> | undefined;
  /** The maximum memory for all calls of `store` together, and the maximum time that a call waits for memory. */
  partBuffers?: Partial<PartBufferLimits> | undefined;
};

const TIMEOUTS: Timeouts = { connectMs: 2_000, callMs: 4_500, idleMs: 20_000 };

/** Creates the bucket adapter, which connects at its first call. Throws PresignError for an invalid name or endpoint. */
export function createBucket(options: BucketOptions): Bucket {
  const { name, region, endpoint, forcePathStyle = false, clock, onWarning = () => undefined, optionOf } = options;
  const publicEndpoint = options.publicEndpoint ?? endpoint;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const source = options.credentials ?? sdkProviderChain(region);
  const credentials = createCredentialSource(source, { clock, timeoutMs: timeouts.callMs });
  const client = createClient({
    ...{ bucket: name, region, endpoint, forcePathStyle },
    ...{ credentials, clock, timeouts, optionOf },
  });
  const target = { bucket: name, region, endpoint: publicEndpoint, forcePathStyle };
  const objects = createReading(client);
  const remove = createDeletion(client, onWarning);
  const parts = createBrowserMultipart(client);
  const copy = createCopy(client);
  const endpoints = [...new Set([publicEndpoint, endpoint])].filter((url) => url !== undefined);
  const keyInUrl = createObjectKeyOf({ bucket: name, endpoints });
  const signing = createSigning({ target, credentials, onWarning, cloudFront: options.cloudFront, optionOf });
  return {
    origins: [...new Set([signing.urlOrigin, signing.downloadOrigin])],
    copiesOf: () => [],
    newObjectKey: createNewObjectKey({ keyPrefix: options.keyPrefix ?? "", clock, random: options.random }),
    objectKeyOf: (text) => (isUrl(text) ? keyInUrl(text) : text),
    ...signing,
    ...objects,
    ...parts,
    store: createStore({
      client,
      computeChecksum: objects.computeChecksum,
      remove,
      onWarning,
      partBuffers: options.partBuffers,
    }),
    copy,
    delete: remove,
    ...createListing(client, { keyPrefix: options.keyPrefix ?? "" }),
    isOwnKey: createIsOwnKey({ keyPrefix: options.keyPrefix ?? "" }),
    discardParts: createDiscardParts(client, { keyPrefix: options.keyPrefix ?? "" }),
    tryCapabilities: createTryCapabilities({
      client,
      credentials,
      clock,
      timeouts,
      target: { ...target, endpoint },
      calls: { ...objects, ...parts, copy },
    }),
    close: client.close,
  };
}

const RANDOM_BYTES = 16;

const TIME_DIGITS = 12;

/**
 * The folder of the doctor's test objects, below the key prefix. Garbage collection deletes the test objects of a killed run of the doctor.
 */
export const DOCTOR_FOLDER = "valetkey-doctor/";

/**
 * The folder of all places, below the key prefix. Garbage collection deletes unused objects of places. The folder separates objects of
 * places from the objects of the application.
 */
const PLACES_FOLDER = "valetkey-places/";
const MAX_PLACE_LENGTH = 200;
/** A place is a path such as `tenants/acme`. No part of a place may be `.` or `..`. */
const PLACE = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]+(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]+)*";

/** Returns whether a text is a place: a path of up to 200 letters, digits, `.`, `_`, `-` and `/`, such as `tenants/acme`. */
export function isPlace(text: unknown): text is string {
  return typeof text === "string" && text.length <= MAX_PLACE_LENGTH && new RegExp(`^${PLACE}$`).test(text);
}

// The first 12 digits of a key are the time. These digits are optional, because keys of earlier versions do not have the time.
const OWN_PART = new RegExp(
  `^(?:(?:${DOCTOR_FOLDER})?(?:[0-9a-f]{12})?[0-9a-f]{32}|${PLACES_FOLDER}(?<place>${PLACE})/[0-9a-f]{44})$`,
);

/**
 * Returns a function that creates object keys. An object key consists of the key prefix, the folder of the place, the time and 128 random
 * bits. The time and the bits are in hex, which is safe in file systems, URLs and logs. Keys that begin with the time are in order, so the
 * database adds new rows to one page of an index. With random keys only, each new row would change another page.
 */
export function createNewObjectKey(options: {
  keyPrefix: string;
  clock: () => number;
  random: (bytes: number) => Uint8Array;
}): (beside?: string, place?: string) => string {
  const { keyPrefix, clock, random } = options;
  const placeBeside = (beside: string | undefined) =>
    beside?.startsWith(keyPrefix) ? OWN_PART.exec(beside.slice(keyPrefix.length))?.groups?.place : undefined;
  return (beside, place = placeBeside(beside) ?? "") => {
    const folder = place === "" ? "" : `${PLACES_FOLDER}${place}/`;
    const time = clock().toString(16).padStart(TIME_DIGITS, "0");
    return `${keyPrefix}${folder}${time}${Buffer.from(random(RANDOM_BYTES)).toString("hex")}`;
  };
}

export function createIsOwnKey({ keyPrefix }: { keyPrefix: string }): (objectKey: string) => boolean {
  return (objectKey) => objectKey.startsWith(keyPrefix) && OWN_PART.test(objectKey.slice(keyPrefix.length));
}

/** Returns a function that finds the key in the URL of an object, at AWS or at one of the `endpoints`. */
export function createObjectKeyOf(options: {
  bucket: string;
  endpoints: readonly string[];
}): (s3Url: string) => string {
  const { bucket, endpoints } = options;
  return (s3Url) => {
    const location = parseAtAny(s3Url, endpoints);
    if (location.bucket === bucket) return location.key;
    throw invalidRequest(`The URL is in the bucket "${location.bucket}", not in "${bucket}".`);
  };
}

/** Returns whether a text is the URL of an object, and not an object key. */
export function isUrl(text: string): boolean {
  return /^(?:s3|https?):\/\//i.test(text);
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
  throw invalidRequest(`The URL can't be used: ${reason}.`, { cause: failure });
}
