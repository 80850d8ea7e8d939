import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import { type S3LocalOptions, startS3Local } from "../index.ts";

/** The key of every bucket in these tests. */
export const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

/** The bucket that is there from the start. */
export const BUCKET = "files";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "s3-local-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a bucket for one test, with a client of its own. */
export async function startBucket(options: Partial<S3LocalOptions> & { client?: S3ClientConfig } = {}) {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const failures: unknown[] = [];
  const bucket = await startS3Local({
    dataDir,
    credentials: CREDENTIALS,
    buckets: [BUCKET],
    logger: (event) => void (event.type === "failure" && failures.push(event.error)),
    ...options,
  });
  const client = createClient(bucket.endpoint, options.client);
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    client.destroy();
    await bucket.close();
  };
  onTestFinished(close);
  return { endpoint: bucket.endpoint, port: bucket.port, dataDir, client, failures, close };
}

/** An SDK client as an application would make it. */
export function createClient(endpoint: string, config: S3ClientConfig = {}): S3Client {
  const region = "us-east-1";
  const usual = { endpoint, region, credentials: CREDENTIALS, forcePathStyle: true, maxAttempts: 1 };
  return new S3Client({ ...usual, logger: SILENT, ...config });
}
