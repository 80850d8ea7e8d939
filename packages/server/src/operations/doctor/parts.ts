import type { S3Client } from "@aws-sdk/client-s3";
import type { Credentials, PresignTarget } from "@valetkey/presign";
import type { BucketFault } from "../../features/storage/upload-bucket.ts";
import type { BucketCapabilities } from "../../platform/bucket/port.ts";
import type { Config } from "../../platform/config/index.ts";
import type { Outcome } from "./finding.ts";
import type { Requests } from "./requests.ts";

/** The part of the configuration that the checks of the doctor read. */
export type CheckedConfig = Pick<
  Config,
  "server" | "bucket" | "database" | "limits" | "metrics" | "scanner" | "mail" | "tracing"
> & { auth: Pick<Config["auth"], "oidc" | "jwksUrl"> };

/** The values with which a check sends requests to the bucket. */
type CheckedBucket = {
  name: string;
  /** The bucket at the endpoint that the service calls. */
  target: PresignTarget;
  /** The bucket at the endpoint that browsers call. */
  publicTarget: PresignTarget;
  /** The endpoint in the commands that an operator can paste. Undefined for AWS. */
  endpoint: string | undefined;
  /** Finds the credentials of the bucket. Rejects if no source has credentials. */
  credentials(): Promise<Credentials>;
  s3: S3Client;
  /** Signs a download from CloudFront with the headers of `doctor.txt`. Undefined without CloudFront, or if URLs need an IP address. */
  cloudFront: { url: string; getUrl(key: string): Promise<string> } | undefined;
  /** Returns the capabilities of the bucket, which are probed only once in a run of the doctor. */
  capabilities(): Promise<BucketCapabilities>;
};

/** `token`: proves to the service that the doctor has its secret. `isFromService`: checks the proof in the response. */
export type EchoProof = { token(): string; isFromService(token: string, proof: unknown): boolean };

export type DoctorParts = {
  config: CheckedConfig;
  warnings: readonly string[];
  bucket: CheckedBucket;
  requests: Requests;
  provider: Provider;
  /** The origin that serves the web app. */
  publicUrl: string;
  /** Creates an object key in the doctor's folder. At the end of the run, the doctor deletes the object with this key. */
  newKey(): string;
  echo: EchoProof;
  /** Compares the buckets of the settings with the database. Returns undefined without a difference, or if the database is not readable. */
  faultOfBuckets(): Promise<BucketFault | undefined>;
  probeScanner: (() => Promise<void>) | undefined;
  /** Offers a mail to the mail server, and cancels it before the end. Undefined if the service sends no mail. */
  probeMail: (() => Promise<void>) | undefined;
  clock: () => number;
};

/** The facts about the bucket that the commands of a remedy need. */
export type BucketPlace = Pick<DoctorParts, "provider"> & { bucket: Pick<DoctorParts["bucket"], "name" | "endpoint"> };

/** Creates an `aws s3api` command for the bucket, at its endpoint. */
export function s3api({ bucket }: BucketPlace, command: string, ...options: string[]): string {
  const endpoint = bucket.endpoint === undefined ? [] : [`--endpoint-url ${bucket.endpoint}`];
  return [`aws s3api ${command}`, ...endpoint, `--bucket ${bucket.name}`, ...options].join(" \\\n  ");
}

/** Returns a JSON document as a quoted argument for a shell command. */
export function quoted(document: unknown): string {
  return `'${JSON.stringify(document)}'`;
}

/** One check of the doctor. A check returns faults as outcomes, and changes only objects in the doctor's folder. */
export type Check = {
  /** The doctor shows the name while the check runs. The report contains the name if the check cannot run. */
  name: string;
  /** Returns whether the check makes sense for the set-up. Default: the check always runs. */
  applies?(parts: DoctorParts): boolean;
  run(parts: DoctorParts): Promise<Outcome[]>;
};

/** A kind of S3 server. The remedy for a fault depends on the provider. */
export type Provider =
  | "aws"
  | "r2"
  | "b2"
  | "google"
  | "wasabi"
  | "spaces"
  | "hetzner"
  | "minio"
  | "garage"
  | "seaweedfs"
  | "ceph"
  | "swift"
  | "embedded"
  | "other";

const BY_HOST: readonly [RegExp, Provider][] = [
  [/(^|\.)amazonaws\.com(\.cn)?$/, "aws"],
  [/\.r2\.cloudflarestorage\.com$/, "r2"],
  [/\.backblazeb2\.com$/, "b2"],
  [/(^|\.)storage\.googleapis\.com$/, "google"],
  [/\.wasabisys\.com$/, "wasabi"],
  [/\.digitaloceanspaces\.com$/, "spaces"],
  [/\.your-objectstorage\.com$/, "hetzner"],
];

const BY_SERVER: readonly [RegExp, Provider][] = [
  [/^MinIO/i, "minio"],
  [/^Garage/i, "garage"],
  [/^SeaweedFS/i, "seaweedfs"],
  [/^Ceph/i, "ceph"],
];

/** Recognises the provider by its endpoint, and then by the headers of a response. Without an `endpoint`, the provider is AWS. */
export function recogniseProvider({
  endpoint,
  headers,
}: {
  endpoint: string | undefined;
  headers?: Headers;
}): Provider {
  if (endpoint === undefined) return "aws";
  const { hostname } = new URL(endpoint);
  const byHost = BY_HOST.find(([pattern]) => pattern.test(hostname))?.[1];
  if (byHost !== undefined) return byHost;
  const server = headers?.get("server") ?? "";
  const byServer = BY_SERVER.find(([pattern]) => pattern.test(server))?.[1];
  if (byServer !== undefined) return byServer;
  // Only Swift sends the header x-trans-id, with the id of a transaction. The request ids of Ceph RGW also start with `tx`, but contain the
  // name of a zone.
  if (headers?.has("x-trans-id") === true) return "swift";
  if (/^tx[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-/.test(headers?.get("x-amz-request-id") ?? "")) return "ceph";
  return "other";
}
