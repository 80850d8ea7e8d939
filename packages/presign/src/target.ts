import { encodeKey } from "./encode.ts";
import { PresignError } from "./errors.ts";
import type { ObjectName, PresignTarget } from "./types.ts";

/** A target in virtual-hosted or path style. The URL of an object is `origin` + `pathPrefix` + its encoded key. */
export type ResolvedTarget = {
  bucket: string;
  region: string;
  host: string;
  origin: string;
  pathPrefix: string;
  formUrl: string;
};

const BUCKET = /^[A-Za-z0-9._-]{1,255}$/;
const REGION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const HOST_LABEL = /^(?!-)[a-z0-9-]{3,63}(?<!-)$/;
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;

/** Finds the style, the host and the path of a target. Throws PresignError `invalid_target`. */
export function resolveTarget(target: PresignTarget): ResolvedTarget {
  const { bucket, region } = target;
  assertBucket(bucket);
  if (typeof region !== "string" || !REGION.test(region))
    throw invalidTarget(`The region "${region}" is not a region name`);
  const endpoint = parseEndpoint(target.endpoint ?? `https://s3.${region}.${dnsSuffixOf(region)}`);
  const basePath = endpoint.pathname.replace(/\/+$/, "");
  const inHost = !target.forcePathStyle && HOST_LABEL.test(bucket) && !IP_ADDRESS.test(endpoint.hostname);
  const host = inHost ? `${bucket}.${endpoint.host}` : endpoint.host;
  const bucketPath = inHost ? basePath : `${basePath}/${bucket}`;
  const origin = `${endpoint.protocol}//${host}`;
  return { bucket, region, host, origin, pathPrefix: `${bucketPath}/`, formUrl: `${origin}${bucketPath || "/"}` };
}

/** Parses the URL of an endpoint, with a lowercase host and without a default port. Throws PresignError `invalid_target`. */
export function parseEndpoint(endpoint: string): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw new PresignError("invalid_target", "The endpoint is not a URL such as https://storage.example.com", {
      cause,
    });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw invalidTarget("The endpoint is not http or https");
  if (url.username || url.password) throw invalidTarget("The endpoint contains a user name or a password");
  if (/[?#]/.test(endpoint)) throw invalidTarget("The endpoint contains a query or a fragment");
  return url;
}

/** Throws PresignError `invalid_target` if this package cannot sign for a bucket with the given name. */
export function assertBucket(bucket: string): void {
  if (typeof bucket !== "string" || !BUCKET.test(bucket) || bucket === "." || bucket === "..") {
    throw invalidTarget(
      `"${bucket}" is not a bucket name (letters, digits, dots, hyphens and underscores, but no ARN)`,
    );
  }
  if (/--xa?-s3$/.test(bucket))
    throw invalidTarget("Directory buckets (S3 Express) are not supported, because they sign with sessions");
}

function invalidTarget(message: string): PresignError {
  return new PresignError("invalid_target", message);
}

/** Returns the percent-encoded key of an object, which never contains an asterisk. Throws PresignError `invalid_key`. */
export function encodedKeyOf({ key, encodedKey }: ObjectName): string {
  if (encodedKey === undefined) return encodeKey(key);
  if (key !== undefined) throw new PresignError("invalid_key", "Pass key or encodedKey, not both");
  return encodedKey;
}

/** The DNS suffix of each AWS partition, with a pattern for the names of its regions (source: the partition list of the AWS SDK). */
const SUFFIX_BY_REGION: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, "amazonaws.com.cn"],
  [/^eusc-/, "amazonaws.eu"],
  [/^us-iso-/, "c2s.ic.gov"],
  [/^us-isob-/, "sc2s.sgov.gov"],
  [/^eu-isoe-/, "cloud.adc-e.uk"],
  [/^us-isof-/, "csp.hci.ic.gov"],
];
const DEFAULT_SUFFIX = "amazonaws.com";

export const dnsSuffixes: readonly string[] = [...SUFFIX_BY_REGION.map(([, suffix]) => suffix), DEFAULT_SUFFIX];

/** Returns the DNS suffix of the region's partition. For an unknown region, the suffix of commercial AWS. */
function dnsSuffixOf(region: string): string {
  return SUFFIX_BY_REGION.find(([regions]) => regions.test(region))?.[1] ?? DEFAULT_SUFFIX;
}
