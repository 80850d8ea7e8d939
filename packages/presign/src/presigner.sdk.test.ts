import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ResponseOverrides } from "./encode.ts";
import { createPresigner } from "./index.ts";
import * as any from "./testing/arbitraries.ts";
import type { PresignedRequest, Presigner, PresignTarget, SigningOptions } from "./types.ts";

/*
 * Every presigned URL must equal the URL of the AWS SDK, byte for byte, with these options of the AWS SDK:
 *
 * - WHEN_REQUIRED: by default, the SDK puts x-amz-checksum-crc32=AAAAAA== into PUT URLs, which breaks uploads.
 * - signableHeaders: the AWS SDK leaves content-type and cache-control unsigned, so anyone could change the headers.
 * - unhoistableHeaders: the AWS SDK moves checksums into the query, where the bucket ignores checksums.
 * - forcePathStyle: on an http endpoint, the SDK puts a bucket with dots into the host name. Wildcard DNS does not match a host name whose
 *   bucket name has dots.
 *
 * The SDK also signs expiries and keys that no server accepts. presigner.test.ts tests that this package refuses them.
 */

type Case = SigningOptions & { target: PresignTarget; key: string };
/**
 * `signable`: headers that the AWS SDK does not sign by default. `sdk` is only an object, because the types of the AWS SDK do not compile
 * with exactOptionalPropertyTypes.
 */
type Pair = { ours: PresignedRequest; sdk: object; signable?: string[] };
type ObjectInput = { Bucket: string; Key: string; VersionId: string | undefined };
type SdkCommand = Parameters<typeof getSignedUrl>[1];

const CHECKSUMS = ["x-amz-checksum-crc32", "x-amz-checksum-sha256"];
const caseOf = {
  target: any.target,
  key: any.key,
  credentials: any.credentials,
  expiresInSeconds: any.expiresInSeconds,
  now: any.now,
};

const putHeaders = {
  "cache-control": "CacheControl",
  "content-disposition": "ContentDisposition",
  "content-encoding": "ContentEncoding",
  "content-md5": "ContentMD5",
  "content-type": "ContentType",
  "if-none-match": "IfNoneMatch",
  "x-amz-checksum-crc32": "ChecksumCRC32",
  "x-amz-checksum-sha256": "ChecksumSHA256",
  "x-amz-server-side-encryption": "ServerSideEncryption",
  "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
} as const satisfies Record<string, keyof PutObjectCommandInput>;
const putQueryHeaders = {
  "x-amz-acl": "ACL",
  "x-amz-storage-class": "StorageClass",
  "x-amz-tagging": "Tagging",
} as const satisfies Record<string, keyof PutObjectCommandInput>;
const getHeaders = {
  "if-match": "IfMatch",
  "if-none-match": "IfNoneMatch",
  range: "Range",
  "x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
} as const satisfies Record<string, keyof GetObjectCommandInput>;
const overrides = {
  cacheControl: "ResponseCacheControl",
  contentDisposition: "ResponseContentDisposition",
  contentEncoding: "ResponseContentEncoding",
  contentLanguage: "ResponseContentLanguage",
  contentType: "ResponseContentType",
  expires: "ResponseExpires",
} as const satisfies Record<keyof ResponseOverrides, keyof GetObjectCommandInput>;

test("presignGet makes the same URL as the AWS SDK for any overrides, version and headers", async () => {
  const options = fc.record({
    ...caseOf,
    response: any.response,
    headers: valuesFor(getHeaders, any.headerValue),
    versionId: fc.option(any.opaqueId, { nil: undefined }),
  });
  await check(options, 300, ({ key, response, headers, versionId, ...c }) => ({
    ours: createPresigner(c.target).presignGet({ ...c, key, response, headers, versionId }),
    sdk: new GetObjectCommand({
      ...objectOf(c.target, key),
      ...renamed(response, overrides),
      ...renamed(headers, getHeaders),
      VersionId: versionId,
    }),
  }));
});

test("presignPut makes the same URL as the AWS SDK for any headers and metadata", async () => {
  const metadata = fc.dictionary(fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/), any.queryValue, { maxKeys: 4 });
  const options = fc.record({
    ...caseOf,
    sent: valuesFor(putHeaders, any.headerValue),
    hoisted: valuesFor(putQueryHeaders, any.queryValue),
    metadata,
    contentLength: fc.option(fc.nat(), { nil: undefined }),
  });
  await check(options, 300, ({ key, sent, hoisted, metadata, contentLength, ...c }) => {
    const named = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]));
    const length = contentLength === undefined ? {} : { "Content-Length": String(contentLength) };
    return {
      ours: createPresigner(c.target).presignPut({ ...c, key, headers: { ...sent, ...hoisted, ...named, ...length } }),
      sdk: new PutObjectCommand({
        ...objectOf(c.target, key),
        ...renamed(sent, putHeaders),
        ...renamed(hoisted, putQueryHeaders),
        Metadata: metadata,
        ContentLength: contentLength,
      }),
      signable: Object.keys(sent),
    };
  });
});

test("presignUploadPart makes the same URL as the AWS SDK", async () => {
  const options = fc.record({ ...caseOf, uploadId: any.opaqueId, partNumber: fc.integer({ min: 1, max: 10_000 }) });
  await check(options, 150, ({ key, uploadId, partNumber, ...c }) => ({
    ours: createPresigner(c.target).presignUploadPart({ ...c, key, uploadId, partNumber }),
    sdk: new UploadPartCommand({ ...objectOf(c.target, key), UploadId: uploadId, PartNumber: partNumber }),
  }));
});

test.each([
  { verb: "presignHead", sdkCommand: (input: ObjectInput) => new HeadObjectCommand(input) },
  { verb: "presignDelete", sdkCommand: (input: ObjectInput) => new DeleteObjectCommand(input) },
] as const)("$verb makes the same URL as the AWS SDK", async ({ verb, sdkCommand }) => {
  const options = fc.record({ ...caseOf, versionId: fc.option(any.opaqueId, { nil: undefined }) });
  await check(options, 100, ({ key, versionId, ...c }) => ({
    ours: createPresigner(c.target)[verb satisfies keyof Presigner]({ ...c, key, versionId }),
    sdk: sdkCommand({ ...objectOf(c.target, key), VersionId: versionId }),
  }));
});

async function check<T extends Case>(
  options: fc.Arbitrary<T>,
  numRuns: number,
  sign: (options: T) => Pair,
): Promise<void> {
  const property = fc.asyncProperty(options, async (candidate) => {
    const { ours, sdk, signable = [] } = sign(candidate);
    expect(ours.url).toBe(await signedBySdk(candidate, sdk as SdkCommand, signable));
    expectSendable(ours);
    expect(ours.expiresAt).toBe((Math.floor(candidate.now / 1000) + candidate.expiresInSeconds) * 1000);
  });
  await fc.assert(property, { numRuns });
}

/** Checks that a URL parser does not change the URL, and that `headers` are exactly the signed headers. */
function expectSendable({ url, headers }: PresignedRequest): void {
  const parsed = new URL(url);
  expect(parsed.href).toBe(url);
  const signed = parsed.searchParams.get("X-Amz-SignedHeaders")?.split(";");
  expect([...Object.keys(headers), "host"].sort()).toEqual(signed);
}

async function signedBySdk(candidate: Case, command: SdkCommand, signable: string[]): Promise<string> {
  const { target, credentials, expiresInSeconds, now } = candidate;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const dottedOverHttp = target.bucket.includes(".") && target.endpoint?.startsWith("http://");
  const client = new S3Client({
    region: target.region,
    ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
    forcePathStyle: target.forcePathStyle || dottedOverHttp || false,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return getSignedUrl(client, command, {
    expiresIn: expiresInSeconds,
    signingDate: new Date(now),
    signableHeaders: new Set(signable),
    unhoistableHeaders: new Set(CHECKSUMS),
  });
}

function objectOf(target: PresignTarget, key: string): { Bucket: string; Key: string } {
  return { Bucket: target.bucket, Key: key };
}

function valuesFor(names: Record<string, string>, value: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  const fields = Object.fromEntries(Object.keys(names).map((name) => [name, value]));
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
}

function renamed(values: object, names: Record<string, string>): Record<string, never> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [names[name], value as never]));
}
