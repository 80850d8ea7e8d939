import {
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BucketServer } from "../../packages/server/src/bucket/testing/bucket-server.ts";
import { type Env, examine } from "../src/doctor/examine.ts";
import { ORIGIN, openStage } from "../src/doctor/stage.ts";
import type { RunningProvider } from "./providers.ts";

/** A change of the bucket or of the settings, and the ids that the doctor then finds besides the differences of the server. */
export type ProviderFault = {
  fault: string;
  id: string;
  /** Consequences of the same fault. */
  also?: readonly string[];
  change?: (server: BucketServer, s3: S3Client) => Promise<unknown>;
  settings?: Env;
};

type Options = {
  /** The name that the doctor gives to the server. */
  provider: string;
  /** The ids of a healthy bucket on this server. */
  differences: readonly string[];
  /** Makes a new bucket healthy. */
  setUp(server: BucketServer, s3: S3Client): Promise<unknown>;
  faults: readonly ProviderFault[];
};

/** Runs the doctor on one S3 server: on a healthy bucket, and after each fault. */
export function doctorSuite(
  name: string,
  running: () => RunningProvider,
  { provider, differences, setUp, faults }: Options,
): void {
  describe(`the doctor on ${name}`, () => {
    async function examineAfter({ change, settings }: Pick<ProviderFault, "change" | "settings">) {
      const server = await running().newBucket();
      const s3 = new S3Client(server);
      const stage = await openStage();
      onTestFinished(async () => {
        s3.destroy();
        await stage.close();
      });
      await setUp(server, s3);
      await change?.(server, s3);
      return examine({ ...stage.env, ...settingsOf(server), ...settings });
    }

    it("finds only the differences of the server", async () => {
      const report = await examineAfter({});
      expect(report.ids).toEqual(differences);
      expect(report.provider).toBe(provider);
    });

    it.each(faults.map((fault) => ({ ...fault })))("finds that $fault", async (made) => {
      const { fault, id, also = [] } = made;
      const report = await examineAfter(made);
      const found = report.findings.find((finding) => finding.id === id);
      console.log(`| ${fault} | ${name} | ${id} | ${found === undefined ? "no" : "yes"} | ${found?.fix[0]?.label} |`);
      expect(report.ids).toEqual([...differences, id, ...also].toSorted());
    });
  });
}

function settingsOf({ endpoint, region, bucket, credentials }: BucketServer): Env {
  return {
    S3_ENDPOINT: endpoint,
    AWS_REGION: region,
    AWS_BUCKET_NAME: bucket,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

export function putCors({ bucket: Bucket }: BucketServer, s3: S3Client, origin = ORIGIN): Promise<unknown> {
  const rule = {
    AllowedOrigins: [origin],
    AllowedMethods: ["GET", "HEAD", "PUT"],
    AllowedHeaders: ["content-type", "if-none-match", "x-amz-checksum-sha256"],
    ExposeHeaders: ["ETag"],
  };
  return s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
}

export function putLifecycle({ bucket: Bucket }: BucketServer, s3: S3Client): Promise<unknown> {
  const AbortIncompleteMultipartUpload = { DaysAfterInitiation: 2 };
  const Rules = [{ ID: "abort", Status: "Enabled" as const, Filter: { Prefix: "" }, AbortIncompleteMultipartUpload }];
  return s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
}

export function putVersioning({ bucket: Bucket }: BucketServer, s3: S3Client): Promise<unknown> {
  return s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
}

/** Lets everyone do this on the bucket or on its objects. */
export function allowAnyone(
  { bucket: Bucket }: BucketServer,
  s3: S3Client,
  { action, on }: { action: string; on: "bucket" | "objects" },
): Promise<unknown> {
  const Resource = `arn:aws:s3:::${Bucket}${on === "objects" ? "/*" : ""}`;
  const statement = { Effect: "Allow", Principal: "*", Action: action, Resource };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}
