import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type MultipartUpload,
  S3Client,
} from "@aws-sdk/client-s3";
import { startS3Local } from "@valetkey/s3-local";
import { type BucketOptions, createBucket } from "../bucket.ts";
import { type BucketClient, createClient } from "../client.ts";
import { createCredentialSource } from "../credentials.ts";
import type { Bucket } from "../port.ts";

/** An S3 server with an empty bucket. */
export type BucketServer = {
  endpoint: string;
  region: string;
  bucket: string;
  forcePathStyle: boolean;
  credentials: { accessKeyId: string; secretAccessKey: string };
  stop(): Promise<void>;
};

const credentials = { accessKeyId: "VKTESTTESTTESTTEST00", secretAccessKey: "4d2f6b9c1e8a7035d4c2b1a09f8e7d6c" };

/** Starts the built-in bucket. With `dataDir` and `port` of an earlier built-in bucket, starts that bucket again. */
export async function startEmbedded(
  options: { dataDir?: string; port?: number; allowedOrigins?: string[] } = {},
): Promise<BucketServer & { port: number }> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "valetkey-bucket-")));
  const region = "us-east-1";
  const { port = 0, allowedOrigins } = options;
  const cors = allowedOrigins === undefined ? {} : { cors: { allowedOrigins } };
  const server = await startS3Local({ dataDir, port, region, credentials, buckets: ["files"], ...cors });
  return {
    endpoint: server.endpoint,
    port: server.port,
    region,
    bucket: "files",
    forcePathStyle: true,
    credentials,
    async stop() {
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Creates a bucket adapter for the server of a test. `options` replace single options of the adapter. */
export function bucketOn(server: Omit<BucketServer, "stop">, options: Partial<BucketOptions> = {}): Bucket {
  return createBucket({
    name: server.bucket,
    region: server.region,
    endpoint: server.endpoint,
    forcePathStyle: server.forcePathStyle,
    credentials: server.credentials,
    clock: Date.now,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    ...options,
  });
}

/** Creates the S3 client of the bucket adapter, with which a test can call one operation with special options. */
export function clientOn(server: Omit<BucketServer, "stop">): BucketClient {
  const { bucket, region, endpoint, forcePathStyle } = server;
  const credentials = createCredentialSource(server.credentials, { clock: Date.now, timeoutMs: 4_500 });
  const timeouts = { connectMs: 2_000, callMs: 4_500, idleMs: 20_000 };
  return createClient({ bucket, region, endpoint, forcePathStyle, credentials, clock: Date.now, timeouts });
}

/** Creates a client of the AWS SDK, with which a test inspects the bucket without the adapter. */
export function inspect(server: Omit<BucketServer, "stop">) {
  const s3 = new S3Client({ ...server, requestChecksumCalculation: "WHEN_REQUIRED" });
  const Bucket = server.bucket;
  const openUploads = async (): Promise<MultipartUpload[]> => {
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    return Uploads;
  };
  return {
    s3,
    openUploads,
    uploads: async () => (await openUploads()).length,
    async keys(): Promise<string[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key = "" }) => Key);
    },
    async abort({ Key, UploadId }: MultipartUpload): Promise<void> {
      await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    },
  };
}
