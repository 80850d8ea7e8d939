import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import { type S3LocalOptions, startS3Local } from "../index.ts";
import { createClient } from "./client.ts";
import { BUCKET, CREDENTIALS } from "./names.ts";

export { createClient } from "./client.ts";
export { BUCKET, CREDENTIALS } from "./names.ts";

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "s3-local-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

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
  const close = async (closing?: { withinMs: number }) => {
    if (!isOpen) return;
    isOpen = false;
    client.destroy();
    await bucket.close(closing);
  };
  onTestFinished(() => close());
  return { endpoint: bucket.endpoint, port: bucket.port, dataDir, client, failures, close };
}
