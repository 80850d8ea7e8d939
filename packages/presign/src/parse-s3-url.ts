import { encodeKey } from "./encode.ts";
import { PresignError } from "./errors.ts";
import { assertBucket, dnsSuffixes, parseEndpoint } from "./target.ts";

/** The object that an S3 URL names. `region` is absent if the URL contains no region. */
export type S3Location = { bucket: string; key: string; region?: string };

/** A parsed host. Without `bucket`, the first segment of the path is the bucket. */
type Host = { bucket?: string | undefined; region?: string | undefined; basePath: string };

const URL_PARTS = /^(https?):\/\/([^/?#\\\s]+)((?:\/[^?#]*)?)(?:[?#]|$)/i;
const S3_URI = /^s3:\/\/([^/]*)\/(.*)$/is;
const REGION = "[a-z]{2,5}(?:-[a-z]+)+-\\d+";
const AWS_HOST = new RegExp(
  "^(?:(?<bucket>.+)\\.)?" +
    `(?:s3(?:-fips)?(?:\\.dualstack)?[.-](?<region>${REGION})|(?<external>s3-external-1)|s3|s3-accelerate(?:\\.dualstack)?)` +
    `\\.(?:${dnsSuffixes.map((suffix) => suffix.replaceAll(".", "\\.")).join("|")})$`,
);

/**
 * Reads the bucket, the key and, if present, the region from the URL of an object. Ignores the query and the fragment of the URL.
 *
 * Accepts `s3://bucket/key`, and URLs in virtual-hosted and path style, on AWS and on `options.endpoint`. On AWS, accepts dual-stack, FIPS
 * and accelerate endpoints in all partitions. Also accepts legacy AWS endpoints, such as `s3.amazonaws.com` and
 * `s3-eu-west-1.amazonaws.com`. Decodes the percent-encoding of a key, but not of a key after `s3://`, like the AWS CLI. Throws
 * PresignError `invalid_s3_url` for an invalid URL, and `invalid_target` for an invalid endpoint. Source: Amazon S3 "Virtual hosting of
 * buckets" and "Amazon S3 endpoints".
 *
 * @example
 * ```ts
 * import { parseS3Url } from "@valetkey/presign";
 *
 * const { bucket, key, region } = parseS3Url("https://my-files.s3.eu-central-1.amazonaws.com/reports/2026.pdf");
 * console.log(bucket, key, region); // my-files reports/2026.pdf eu-central-1
 * ```
 */
export function parseS3Url(url: string, options: { endpoint?: string | undefined } = {}): S3Location {
  if (typeof url !== "string") throw invalidUrl("The URL is not text");
  const uri = S3_URI.exec(url);
  if (uri) return checked({ bucket: uri[1] as string, key: uri[2] as string });
  const [, scheme, authority, path] = URL_PARTS.exec(url) ?? [];
  if (scheme === undefined || authority === undefined) {
    throw invalidUrl("The URL does not start with https://, http:// or s3:// and a host");
  }
  const host = readHost(parseAuthority(scheme, authority), options.endpoint);
  const [bucket, encodedKey] = splitPath(host, path ?? "");
  const location: S3Location = { bucket, key: decode(encodedKey) };
  if (host.region !== undefined) location.region = host.region;
  return checked(location);
}

/** Parses only the host and the port with the URL parser, which would resolve `.` and `..` in a path and so change the key. */
function parseAuthority(scheme: string, authority: string): URL {
  try {
    return parseEndpoint(`${scheme}://${authority}`);
  } catch (cause) {
    throw invalidUrl("The URL has no valid host, or contains a user name or a password", cause);
  }
}

function readHost(authority: URL, endpoint: string | undefined): Host {
  const host = (endpoint === undefined ? undefined : readCustomHost(authority, endpoint)) ?? readAwsHost(authority);
  if (host === undefined)
    throw invalidUrl(`"${authority.host}" is not an S3 host. For a custom endpoint, pass the endpoint`);
  return host;
}

function readCustomHost(authority: URL, endpoint: string): Host | undefined {
  const custom = parseEndpoint(endpoint);
  const basePath = custom.pathname.replace(/\/+$/, "");
  if (authority.host === custom.host) return { basePath };
  if (!authority.host.endsWith(`.${custom.host}`)) return undefined;
  return { bucket: authority.host.slice(0, -custom.host.length - 1), basePath };
}

function readAwsHost({ host }: URL): Host | undefined {
  const groups = AWS_HOST.exec(host)?.groups;
  if (groups === undefined) return undefined;
  return { bucket: groups.bucket, region: groups.external ? "us-east-1" : groups.region, basePath: "" };
}

function splitPath({ bucket, basePath }: Host, path: string): [bucket: string, encodedKey: string] {
  if (!path.startsWith(`${basePath}/`))
    throw invalidUrl("The path of the URL does not start with the path of the endpoint");
  const rest = path.slice(basePath.length + 1);
  if (bucket !== undefined) return [bucket, rest];
  const end = rest.indexOf("/");
  return end === -1 ? [rest, ""] : [rest.slice(0, end), rest.slice(end + 1)];
}

function decode(encodedKey: string): string {
  try {
    return decodeURIComponent(encodedKey);
  } catch (cause) {
    throw invalidUrl("The key in the URL is not percent-encoded UTF-8", cause);
  }
}

function checked(location: S3Location): S3Location {
  try {
    assertBucket(location.bucket);
    encodeKey(location.key);
  } catch (cause) {
    throw invalidUrl(`The URL does not name an object: ${(cause as PresignError).message}`, cause);
  }
  return location;
}

function invalidUrl(message: string, cause?: unknown): PresignError {
  return new PresignError("invalid_s3_url", message, cause === undefined ? undefined : { cause });
}
