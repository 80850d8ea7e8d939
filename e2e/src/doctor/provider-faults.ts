import {
  type LifecycleRule,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { Finding } from "../../../packages/server/src/operations/doctor/finding.ts";
import type { BucketServer } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import type { RunningProvider } from "../testing/s3-servers/providers.ts";
import type { Env } from "./stage.ts";
import { ORIGIN } from "./stage.ts";

/** A fault of the bucket or of the settings, with the expected findings in addition to `differences`. */
export type ProviderFault = {
  fault: string;
  id: string;
  /** Further findings that the fault causes. */
  also?: readonly string[];
  change?: (server: BucketServer, s3: S3Client, provider: RunningProvider) => Promise<unknown>;
  settings?: Env;
  /** Follows the printed remedy. After the cure, the doctor must report only `differences`. */
  cure?: (server: BucketServer, s3: S3Client, fix: Finding["fix"]) => Promise<unknown>;
};

/** The expected findings of the doctor for one S3 server. */
export type DoctorOn = {
  /** The name of the server in the doctor's report. */
  provider: string;
  /** The findings for a healthy bucket: the differences between this server and Amazon S3. */
  differences: readonly string[];
  setUp: NonNullable<ProviderFault["change"]>;
  faults: readonly ProviderFault[];
};

export const cephDoctor: DoctorOn = {
  provider: "ceph",
  // docs/providers.md explains the consequences of these differences.
  differences: ["checksum-missing", "copy-source-hole"],
  async setUp(server, s3) {
    await putCors(server, s3);
    await putLifecycle(server, s3);
  },
  faults: [
    {
      fault: "CORS allows another origin",
      id: "cors-origin",
      change: (server, s3) => putCors(server, s3, "https://elsewhere.example.com"),
    },
    {
      fault: "old versions of objects never expire",
      id: "versions-kept",
      // In a bucket with versioning, Ceph ignores the condition `If-None-Match` of a PUT.
      also: ["conditional-put-missing"],
      change: putVersioning,
    },
    {
      fault: "a rule deletes every object after a day",
      id: "lifecycle-deletes",
      change: (server, s3) => putLifecycle(server, s3, [ABORT_RULE, DAILY_RULE]),
      cure: putPrintedRules,
    },
    {
      fault: "the rule that aborts old uploads covers only another prefix",
      id: "lifecycle-missing",
      change: (server, s3) => putLifecycle(server, s3, [{ ...ABORT_RULE, Filter: { Prefix: "logs/" } }]),
      cure: putPrintedRules,
    },
    {
      fault: "anyone can list the bucket",
      id: "anonymous-list",
      change: (server, s3) => allowAnyone(server, s3, { action: "s3:ListBucket", on: "bucket" }),
    },
    {
      fault: "anyone can read an object",
      id: "anonymous-read",
      change: (server, s3) => allowAnyone(server, s3, { action: "s3:GetObject", on: "objects" }),
    },
    {
      fault: "anyone can write an object",
      id: "anonymous-write",
      change: (server, s3) => allowAnyone(server, s3, { action: "s3:PutObject", on: "objects" }),
    },
  ],
};

export const swiftDoctor: DoctorOn = {
  provider: "swift",
  differences: ["conditional-put-missing", "parts-survive"],
  setUp: async ({ bucket }, _s3, provider) => provider.allowOrigin?.(bucket, ORIGIN),
  faults: [
    {
      fault: "the container has no CORS configuration",
      id: "cors-origin",
      change: async ({ bucket }, _s3, provider) => provider.allowOrigin?.(bucket, ""),
    },
    {
      fault: "CORS allows another origin",
      id: "cors-origin",
      settings: { PUBLIC_URL: "http://localhost:3001" },
    },
  ],
};

export function putCors({ bucket: Bucket }: BucketServer, s3: S3Client, origin = ORIGIN): Promise<unknown> {
  const rule = {
    AllowedOrigins: [origin],
    AllowedMethods: ["GET", "HEAD", "PUT"],
    AllowedHeaders: ["content-type", "if-none-match", "x-amz-checksum-sha256"],
    ExposeHeaders: ["ETag"],
  };
  return s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
}

const ALL = { Status: "Enabled", Filter: { Prefix: "" } } as const;
export const ABORT_RULE = { ...ALL, ID: "abort", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } };
export const DAILY_RULE = { ...ALL, ID: "daily", Expiration: { Days: 1 } };

export function putLifecycle(
  { bucket: Bucket }: BucketServer,
  s3: S3Client,
  Rules: LifecycleRule[] = [ABORT_RULE],
): Promise<unknown> {
  return s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
}

function putPrintedRules(server: BucketServer, s3: S3Client, fix: Finding["fix"]): Promise<unknown> {
  const { text = "" } = fix.find(({ label }) => label.includes("(JSON)")) ?? {};
  return putLifecycle(server, s3, JSON.parse(text).Rules);
}

function putVersioning({ bucket: Bucket }: BucketServer, s3: S3Client): Promise<unknown> {
  return s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
}

/** Sets a bucket policy that permits one action for everyone, on the bucket or on its objects. */
function allowAnyone(
  { bucket: Bucket }: BucketServer,
  s3: S3Client,
  { action, on }: { action: string; on: "bucket" | "objects" },
): Promise<unknown> {
  const Resource = `arn:aws:s3:::${Bucket}${on === "objects" ? "/*" : ""}`;
  const statement = { Effect: "Allow", Principal: "*", Action: action, Resource };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}
