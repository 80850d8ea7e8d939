import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { CREDENTIALS } from "./names.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export function createClient(endpoint: string, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
    logger: SILENT,
    ...config,
  });
}
