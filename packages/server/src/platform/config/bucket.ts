import { readCloudFront, refuseCloudFront } from "./cloudfront.ts";
import { readBucketPort } from "./ports.ts";
import type { ConfigReader } from "./reader.ts";
import type { BucketConfig, ConfigCredentials, EmbeddedSecrets, S3BucketConfig, ServerConfig } from "./types.ts";

const BUCKET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;
const REGION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const KEY_PREFIX = /^[A-Za-z0-9!_.'()*/-]{1,512}$/;
const EXAMPLE_KEYS = new Set(["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]);

/**
 * Completes the configuration of the bucket. Calls `secrets` only for the embedded bucket. `parseConfig` calls this only if the
 * configuration has no fault, so that no secrets are generated for a wrong configuration.
 */
export type BucketDraft = (secrets: () => EmbeddedSecrets) => BucketConfig;

export function readBucket(reader: ConfigReader, server: ServerConfig): BucketDraft {
  const name = reader.text("AWS_BUCKET_NAME");
  const publicEndpoint = reader.httpUrl("S3_PUBLIC_ENDPOINT", "https://storage.example.com");
  const common = { keyPrefix: readKeyPrefix(reader), publicEndpoint };
  if (name === undefined) return readEmbedded(reader, { server, ...common });
  const bucket = readS3(reader, { name, server, ...common });
  // The bucket has the origin of its endpoint if URLs use path style, or if a host name can't contain the name of the bucket.
  if (bucket.forcePathStyle || !/^[a-z0-9-]+$/.test(name))
    requireOwnOrigin(reader, { server, endpoint: bucket.publicEndpoint ?? bucket.endpoint });
  return () => bucket;
}

type Common = { keyPrefix: string; publicEndpoint: string | undefined };

function readEmbedded(reader: ConfigReader, { server, ...common }: Common & { server: ServerConfig }): BucketDraft {
  refuseCloudFront(reader);
  if (reader.text("S3_ENDPOINT") !== undefined) {
    reader.fault(
      "AWS_BUCKET_NAME",
      "is missing, though S3_ENDPOINT is set: files would go to the embedded bucket on this machine's disk",
      "Set AWS_BUCKET_NAME to the bucket at that endpoint, or remove S3_ENDPOINT.",
    );
  }
  const port = readBucketPort(reader, server.port);
  const publicEndpoint = common.publicEndpoint ?? besidesServer(reader, { server, port });
  requireOwnOrigin(reader, { server, endpoint: publicEndpoint });
  return (secrets) => ({
    kind: "embedded",
    host: server.host,
    port,
    name: "valetkey",
    region: "us-east-1",
    keyPrefix: common.keyPrefix,
    publicEndpoint,
    credentials: { accessKeyId: secrets().bucketAccessKeyId, secretAccessKey: secrets().bucketSecretAccessKey },
  });
}

/**
 * Reports a fault if the bucket has the origin of the service. Uploaded content must never share an origin with the sessions
 * (docs/security-requirements.md, 14).
 */
function requireOwnOrigin(
  reader: ConfigReader,
  { server, endpoint }: { server: ServerConfig; endpoint: string | undefined },
): void {
  if (server.publicUrl === undefined || endpoint === undefined) return;
  const { origin } = new URL(server.publicUrl);
  if (URL.parse(endpoint)?.origin !== origin) return;
  reader.fault(
    "S3_PUBLIC_ENDPOINT",
    `leaves the bucket no origin of its own: browsers would get what people upload from ${origin}, which is PUBLIC_URL`,
    "Give the bucket another host name or port, for example S3_PUBLIC_ENDPOINT=https://storage.example.com.",
  );
}

/** Returns the default URL at which browsers reach the embedded bucket: the host of PUBLIC_URL, with the port of the bucket. */
function besidesServer(reader: ConfigReader, { server, port }: { server: ServerConfig; port: number }) {
  if (server.publicUrl === undefined || port === 0 || port === server.port) return undefined;
  const url = new URL(server.publicUrl);
  if (url.protocol === "https:") {
    reader.warn(
      `PUBLIC_URL is https, but the embedded bucket answers plain http on port ${port}, which browsers block: put it behind the same proxy, and set S3_PUBLIC_ENDPOINT to its https URL.`,
    );
  }
  return `http://${url.hostname}:${port}`;
}

function readS3(
  reader: ConfigReader,
  { name, server, ...common }: Common & { name: string; server: ServerConfig },
): S3BucketConfig {
  if (!BUCKET_NAME.test(name)) {
    reader.fault(
      "AWS_BUCKET_NAME",
      `is "${name}", which is not a bucket's name`,
      "Give the bare name: no s3://, no URL, no ARN.",
    );
  }
  const endpoint = reader.httpUrl("S3_ENDPOINT", "https://storage.example.com");
  const credentials = readCredentials(reader);
  const pathStyle = endpoint !== undefined && !new URL(endpoint).hostname.endsWith(".amazonaws.com");
  return {
    kind: "s3",
    name,
    region: readRegion(reader, { hasEndpoint: reader.text("S3_ENDPOINT") !== undefined }),
    endpoint,
    ...common,
    // AWS needs a host name for each bucket. Most S3-compatible servers have no such host names.
    forcePathStyle: reader.flag("S3_FORCE_PATH_STYLE", pathStyle),
    credentials,
    cloudFront: readCloudFront(reader, server),
  };
}

function readRegion(reader: ConfigReader, { hasEndpoint }: { hasEndpoint: boolean }): string {
  const region = reader.text("AWS_REGION");
  if (region !== undefined && REGION.test(region)) return region;
  if (region === undefined && hasEndpoint) return "us-east-1";
  reader.fault(
    "AWS_REGION",
    region === undefined
      ? "is missing: a URL is signed for the bucket's region"
      : `is "${region}", which is not a region`,
    "Set the region that the bucket was made in, for example AWS_REGION=eu-central-1.",
  );
  return "us-east-1";
}

/** Reads static credentials. Returns undefined if none are set. In that case, the provider chain of the AWS SDK finds the credentials. */
export function readCredentials(reader: ConfigReader): ConfigCredentials | undefined {
  const accessKeyId = reader.text("AWS_ACCESS_KEY_ID");
  const secretAccessKey = reader.text("AWS_SECRET_ACCESS_KEY");
  const sessionToken = reader.text("AWS_SESSION_TOKEN");
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) {
    if (!EXAMPLE_KEYS.has(reader.text(name) ?? "")) continue;
    const remedy = "Set the key of a user or role of your own account.";
    reader.fault(name, "is the example of the AWS documentation", remedy);
  }
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  }
  if (accessKeyId !== undefined || secretAccessKey !== undefined || sessionToken !== undefined) {
    reader.fault(
      accessKeyId === undefined ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
      "is missing, though another part of the credentials is set",
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY together, or none of them to use a role, a profile or SSO.",
    );
  }
  return undefined;
}

/** Reads the prefix of all object keys, and adds a slash at its end. */
function readKeyPrefix(reader: ConfigReader): string {
  const value = reader.text("S3_KEY_PREFIX");
  if (value === undefined) return "";
  const segments = value.replace(/\/$/, "").split("/");
  if (!KEY_PREFIX.test(value) || segments.some((segment) => /^\.{0,2}$/.test(segment))) {
    reader.fault(
      "S3_KEY_PREFIX",
      `is "${value}", which is not a plain folder: letters, digits and !_-'()*. between single slashes, up to 512 characters, no . or ..`,
      "Write it as S3_KEY_PREFIX=valetkey/ or leave it out.",
    );
  }
  return `${segments.join("/")}/`;
}
