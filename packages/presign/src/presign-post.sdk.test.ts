import { S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost, type PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { createPresigner, type PostOptions, type PresignTarget } from "./index.ts";
import * as any from "./testing/arbitraries.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const fieldName = fc.constantFrom(
  "acl",
  "Content-Type",
  "success_action_status",
  "x-amz-meta-title",
  "x-amz-storage-class",
);
const condition = fc.oneof(
  fc.tuple(fc.constant("content-length-range" as const), fc.nat(1000), fc.integer({ min: 1000, max: 5 * 2 ** 30 })),
  fc.tuple(
    fc.constantFrom("eq" as const, "starts-with" as const),
    fieldName.map((name) => `$${name}`),
    any.queryValue,
  ),
  fc.tuple(fieldName, any.queryValue).map(([name, value]) => ({ [name]: value })),
);
const options: fc.Arbitrary<PostOptions> = fc.record(
  {
    key: fc.oneof(
      any.key,
      any.key.filter(({ length }) => length <= 250).map((key) => `${key}\${filename}`),
    ),
    credentials: any.credentials,
    expiresInSeconds: any.expiresInSeconds,
    now: any.now,
    conditions: fc.array(condition, { maxLength: 4 }),
    fields: fc.dictionary(fieldName, any.queryValue),
  },
  { requiredKeys: ["key", "credentials", "expiresInSeconds", "now"] },
);

test("presignPost makes the same form as the AWS SDK", async () => {
  const property = fc.asyncProperty(any.target, options, async (target, candidate) => {
    const { url, fields } = createPresigner(target).presignPost(candidate);
    const sdk = await postOfSdk(target, candidate);
    expect({ url: new URL(url).href, fields }).toEqual({ url: new URL(sdk.url).href, fields: sdk.fields });
    expect(Object.keys(fields)).toEqual(Object.keys(sdk.fields));
  });
  await fc.assert(property, { numRuns: 200 });
});

async function postOfSdk(
  target: PresignTarget,
  { key, credentials, now, expiresInSeconds, conditions, fields }: PostOptions,
) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const client = new S3Client({
    region: target.region,
    ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
    // Without `forcePathStyle`, the AWS SDK puts a bucket name with dots into the host name of an http endpoint.
    forcePathStyle:
      target.forcePathStyle || (target.bucket.includes(".") && target.endpoint?.startsWith("http://")) || false,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  // The AWS SDK reads the clock.
  vi.spyOn(Date, "now").mockReturnValue(now);
  return createPresignedPost(client, {
    Bucket: target.bucket,
    Key: key,
    Expires: expiresInSeconds,
    ...(conditions === undefined
      ? {}
      : { Conditions: structuredClone(conditions) as NonNullable<PresignedPostOptions["Conditions"]> }),
    ...(fields === undefined ? {} : { Fields: { ...fields } }),
  });
}
