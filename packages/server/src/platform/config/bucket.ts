import { createPrivateKey } from "node:crypto";
import type { Credentials } from "@valetkey/presign";
import type { CloudFrontTarget } from "../bucket/signing.ts";
import { type BucketReader, isLocalHost } from "./reader.ts";
import type { ServerConfig } from "./server.ts";
import type { EmbeddedSecrets } from "./stored-secrets.ts";

/** The configuration of the built-in bucket, which the process of the service serves. The data of the bucket is in `server.dataDir`. */
type BuiltInBucketConfig = {
  kind: "embedded";
  host: string;
  /** 0: the service chooses a free port. */
  port: number;
  name: string;
  region: string;
  /** The base URL of presigned URLs for browsers. Default: the URL at which the bucket listens. */
  publicEndpoint: string | undefined;
  /** Empty, or ends with a slash. */
  keyPrefix: string;
  credentials: Credentials;
};

type S3BucketConfig = {
  kind: "s3";
  name: string;
  region: string;
  /** Undefined: the bucket is at AWS. */
  endpoint: string | undefined;
  /** The base URL of presigned URLs for browsers. Default: `endpoint`. */
  publicEndpoint: string | undefined;
  forcePathStyle: boolean;
  /** Empty, or ends with a slash. */
  keyPrefix: string;
  /** Undefined: the provider chain of the AWS SDK finds the credentials. */
  credentials: Credentials | undefined;
  /** Undefined: browsers download from the bucket. */
  cloudFront: CloudFrontTarget | undefined;
};

export type BucketConfig = BuiltInBucketConfig | S3BucketConfig;

const NEEDED = ["CLOUDFRONT_DOMAIN", "CLOUDFRONT_KEY_PAIR_ID", "CLOUDFRONT_PRIVATE_KEY"] as const;
const RSA_BITS = 2048;
const MAX_PORT = 65_535;
const EXAMPLE_KEYS = new Set(["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]);

/**
 * Completes the configuration of the bucket. Calls `secrets` only for the built-in bucket. `parseConfig` calls this function only for a
 * configuration without faults, so a wrong configuration generates no secrets.
 */
type BucketDraft = (secrets: () => EmbeddedSecrets) => BucketConfig;

export function readBucket(reader: BucketReader, server: ServerConfig): BucketDraft {
  const name = reader.read("AWS_BUCKET_NAME");
  const publicEndpoint = reader.read("S3_PUBLIC_ENDPOINT");
  const common = { keyPrefix: readKeyPrefix(reader), publicEndpoint };
  if (name === undefined) return readEmbedded(reader, { server, ...common });
  const bucket = readS3(reader, { name, server, ...common });
  // The bucket has the origin of its endpoint if URLs use path style, or if the name of the bucket cannot be in a host name.
  if (bucket.forcePathStyle || !/^[a-z0-9-]+$/.test(name))
    requireOwnOrigin(reader, { server, endpoint: bucket.publicEndpoint ?? bucket.endpoint });
  return () => bucket;
}

type Common = { keyPrefix: string; publicEndpoint: string | undefined };

function readEmbedded(reader: BucketReader, { server, ...common }: Common & { server: ServerConfig }): BucketDraft {
  refuseCloudFront(reader);
  if (reader.text("S3_ENDPOINT") !== undefined) {
    reader.fault(
      "AWS_BUCKET_NAME",
      "is missing, though S3_ENDPOINT is set: files would go to the built-in bucket on this machine's disk",
      "Set AWS_BUCKET_NAME to the bucket at that endpoint, or remove S3_ENDPOINT.",
    );
  }
  const port = readPort(reader, server.port);
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

/** Reads the port of the built-in bucket. Default: the port of the service plus one. */
function readPort(reader: BucketReader, serverPort: number): number {
  const port = reader.read("S3_LOCAL_PORT", serverPort === 0 ? 0 : serverPort + 1);
  if (port > MAX_PORT || (port === serverPort && port !== 0)) {
    reader.fault(
      "S3_LOCAL_PORT",
      "leaves the built-in bucket no port of its own",
      `Set S3_LOCAL_PORT to a free port other than ${serverPort}, or to 0 for any.`,
    );
  }
  return port;
}

/**
 * Reports a fault if the bucket has the origin of the service, because sessions belong to this origin (docs/security-requirements.md, 14).
 */
function requireOwnOrigin(
  reader: BucketReader,
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

/** Returns the default base URL of the built-in bucket for browsers: the host of PUBLIC_URL with the port of the bucket. */
function besidesServer(reader: BucketReader, { server, port }: { server: ServerConfig; port: number }) {
  if (server.publicUrl === undefined || port === 0 || port === server.port) return undefined;
  const url = new URL(server.publicUrl);
  if (url.protocol === "https:") {
    reader.warn(
      `PUBLIC_URL is https, but the built-in bucket answers plain http on port ${port}, which browsers block: put it behind the same proxy, and set S3_PUBLIC_ENDPOINT to its https URL.`,
    );
  }
  return `http://${url.hostname}:${port}`;
}

function readS3(
  reader: BucketReader,
  { name, server, ...common }: Common & { name: string; server: ServerConfig },
): S3BucketConfig {
  const endpoint = reader.read("S3_ENDPOINT");
  const credentials = readCredentials(reader);
  const pathStyle = endpoint !== undefined && !new URL(endpoint).hostname.endsWith(".amazonaws.com");
  return {
    kind: "s3",
    name,
    region: readRegion(reader, { hasEndpoint: reader.text("S3_ENDPOINT") !== undefined }),
    endpoint,
    ...common,
    // AWS has a host name for each bucket. Most other S3 servers have no such host names.
    forcePathStyle: reader.read("S3_FORCE_PATH_STYLE", pathStyle),
    credentials,
    cloudFront: readCloudFront(reader, server),
  };
}

function readRegion(reader: BucketReader, { hasEndpoint }: { hasEndpoint: boolean }): string {
  const region = reader.read("AWS_REGION");
  if (region === undefined && !hasEndpoint) {
    reader.fault(
      "AWS_REGION",
      "is missing: a URL is signed for the bucket's region",
      "Set the region that the bucket was made in, for example AWS_REGION=eu-central-1.",
    );
  }
  return region ?? "us-east-1";
}

/** Reads the static credentials. Returns undefined if the provider chain of the AWS SDK must find the credentials. */
export function readCredentials(reader: BucketReader): Credentials | undefined {
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
function readKeyPrefix(reader: BucketReader): string {
  const value = reader.read("S3_KEY_PREFIX");
  return value === undefined ? "" : `${value.replace(/\/$/, "")}/`;
}

/** Reads the CloudFront distribution that serves downloads. Returns undefined if the bucket serves downloads. */
function readCloudFront(reader: BucketReader, server: ServerConfig): CloudFrontTarget | undefined {
  const hash = reader.read("CLOUDFRONT_HASH");
  const bindsIp = reader.read("CLOUDFRONT_BIND_IP");
  if (!reader.hasAll(NEEDED, { of: "CloudFront" })) {
    for (const name of ["CLOUDFRONT_HASH", "CLOUDFRONT_BIND_IP"] as const) {
      if (reader.text(name) !== undefined)
        reader.warn(`${name} is set without CLOUDFRONT_DOMAIN: downloads come from the bucket.`);
    }
    return undefined;
  }
  const [domain, keyPairId, pem] = NEEDED.map((name) => reader.read(name));
  const distribution = domain === undefined ? undefined : readDomain(reader, { domain, server });
  const privateKey = pem === undefined ? undefined : readPrivateKey(reader, pem);
  if (distribution === undefined || keyPairId === undefined || privateKey === undefined) return undefined;
  return { distribution, keyPairId, privateKey, hash, bindsIp };
}

/** Reports a fault if CloudFront is configured for the built-in bucket, because CloudFront cannot sign requests to it. */
function refuseCloudFront(reader: BucketReader): void {
  const name = NEEDED.find((each) => reader.text(each) !== undefined);
  if (name === undefined) return;
  reader.fault(
    name,
    "is set, though AWS_BUCKET_NAME is missing: CloudFront can't read the built-in bucket",
    "Set AWS_BUCKET_NAME to the bucket behind the distribution, or remove the CLOUDFRONT_ settings.",
  );
}

/** Reads the host name of the distribution, also from a URL. Accepts http only for the local machine, for tests. */
function readDomain(
  reader: BucketReader,
  { domain, server }: { domain: string; server: ServerConfig },
): string | undefined {
  const url = URL.parse(domain.includes("://") ? domain : `https://${domain}`);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLocalHost(url.hostname));
  if (url === null || !isSafe || url.username !== "" || url.password !== "" || url.href !== `${url.origin}/`) {
    const remedy = "Write it as CLOUDFRONT_DOMAIN=d111111abcdef8.cloudfront.net, without a path.";
    reader.fault("CLOUDFRONT_DOMAIN", "is not the host name of a distribution", remedy);
    return undefined;
  }
  // Uploaded files must not share an origin with the sessions (docs/security-requirements.md, 14).
  if (server.publicUrl !== undefined && url.origin === new URL(server.publicUrl).origin) {
    reader.fault(
      "CLOUDFRONT_DOMAIN",
      `leaves the files no origin of their own: browsers would get what people upload from ${url.origin}, which is PUBLIC_URL`,
      "Give the distribution of the files another host name.",
    );
  }
  return url.origin;
}

function readPrivateKey(reader: BucketReader, text: string): string | undefined {
  // Many tools store the value of a variable in one line, with `\\n` for each line break.
  const pem = text.replaceAll("\\n", "\n");
  const problem = problemOfKey(pem);
  if (problem === undefined) return pem;
  reader.fault(
    "CLOUDFRONT_PRIVATE_KEY",
    problem,
    "Make a key with `openssl genrsa 2048`, and set CLOUDFRONT_PRIVATE_KEY_FILE to its file.",
  );
  return undefined;
}

/** Returns the problem of a private key. Does not return the message of the parser, which may quote the key. */
function problemOfKey(pem: string): string | undefined {
  if (/ENCRYPTED/.test(pem)) return "is encrypted with a passphrase, which the service does not know";
  if (/BEGIN PUBLIC KEY/.test(pem))
    return "is the public key: CloudFront gets it, and the service gets the private key";
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(pem);
    const isRsa = type === "rsa" && details?.modulusLength === RSA_BITS;
    const isEcdsa = type === "ec" && details?.namedCurve === "prime256v1";
    return isRsa || isEcdsa ? undefined : "is neither an RSA key of 2048 bits nor an ECDSA key on P-256";
  } catch {
    return "is not a private key in PEM format";
  }
}
