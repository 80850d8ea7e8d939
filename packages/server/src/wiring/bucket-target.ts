import type { BucketConfig } from "../platform/config/index.ts";

/** Returns the options that the S3 adapter needs to use the configured bucket. */
export function bucketTarget(bucket: BucketConfig) {
  if (bucket.kind === "s3") {
    const { kind: _, ...target } = bucket;
    return target;
  }
  const { name, region, keyPrefix, credentials, host, port } = bucket;
  const endpoint = `http://${host}:${port}`;
  return {
    name,
    region,
    keyPrefix,
    credentials,
    endpoint,
    publicEndpoint: bucket.publicEndpoint ?? `http://localhost:${port}`,
    forcePathStyle: true,
  };
}

/** Returns the name of the bucket in the database table that stores capabilities. */
export function placeOf(bucket: BucketConfig): string {
  const server = bucket.kind === "embedded" ? "embedded" : (bucket.endpoint ?? `aws ${bucket.region}`);
  return [server, bucket.name, bucket.keyPrefix].join(" ");
}
