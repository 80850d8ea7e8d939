import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { CREDENTIALS } from "./names.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** An SDK client as an application would make it. */
export function createClient(endpoint: string, config: S3ClientConfig = {}): S3Client {
  const usual = { endpoint, region: "us-east-1", credentials: CREDENTIALS, forcePathStyle: true, maxAttempts: 1 };
  return new S3Client({ ...usual, logger: SILENT, ...config });
}
