import { hash } from "node:crypto";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createPresigner, encodeKey } from "@valetkey/presign";
import { AwsClient } from "aws4fetch";
import { S3Client as LeanClient } from "lean-s3";
import { Client as MinioClient } from "minio";
import { settings } from "../rig/settings.ts";

/**
 * `sign` makes the presigned URL of the key with this index. The setup of an S3 client is not measured, because an application sets up the
 * client only once.
 */
export type Signer = { name: string; isPeer: boolean } & (
  | { kind: "sync"; sign(index: number): string }
  | { kind: "async"; sign(index: number): Promise<string> }
);

/** All signers make virtual-hosted AWS URLs, with permanent credentials, and with keys that need no percent-encoding. */
export const inputs = {
  ...settings,
  endpoint: `https://s3.${settings.region}.amazonaws.com`,
  keys: Array.from(
    { length: 1024 },
    (_, i) => `notes/0190f0b0-7d1e-7c3a-8f00-${(0xabc0_0000_0000 + i).toString(16)}/report.pdf`,
  ),
};

const { bucket, region, endpoint, keys, expiresInSeconds } = inputs;
const credentials = { accessKeyId: inputs.accessKeyId, secretAccessKey: inputs.secretAccessKey };

export const getSignedUrlName = "AWS getSignedUrl";
export const valetKeyName = "Valet Key presignGet";
export const encodedName = "Valet Key, encoded key";
export const limitName = "limit: three native hashes";

export function createSigners(): Signer[] {
  return [awsGetSignedUrl(), aws4fetch(), minio(), leanS3(), valetKey(), valetKeyEncoded(), limit()];
}

function awsGetSignedUrl(): Signer {
  const client = new S3Client({ region, credentials });
  const sign = (index: number) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: keyAt(index) }), { expiresIn: expiresInSeconds });
  return { name: getSignedUrlName, isPeer: true, kind: "async", sign };
}

function aws4fetch(): Signer {
  const client = new AwsClient({ ...credentials, service: "s3", region });
  const sign = async (index: number) => {
    const url = `https://${bucket}.${new URL(endpoint).host}/${keyAt(index)}?X-Amz-Expires=${expiresInSeconds}`;
    return (await client.sign(url, { aws: { signQuery: true } })).url;
  };
  return { name: "aws4fetch", isPeer: true, kind: "async", sign };
}

function minio(): Signer {
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = credentials;
  const client = new MinioClient({ endPoint: new URL(endpoint).hostname, region, accessKey, secretKey, useSSL: true });
  const sign = (index: number) => client.presignedGetObject(bucket, keyAt(index), expiresInSeconds);
  return { name: "minio presignedGetObject", isPeer: true, kind: "async", sign };
}

function leanS3(): Signer {
  const client = new LeanClient({ bucket, region, endpoint, ...credentials });
  return {
    name: "lean-s3 presign",
    isPeer: true,
    kind: "sync",
    sign: (index) => client.presign(keyAt(index), { expiresIn: expiresInSeconds }),
  };
}

function valetKey(): Signer {
  const presigner = createPresigner({ bucket, region });
  const sign = (index: number) =>
    presigner.presignGet({ key: keyAt(index), credentials, expiresInSeconds, now: Date.now() }).url;
  return { name: valetKeyName, isPeer: false, kind: "sync", sign };
}

/** Signs with keys that were encoded before the measurement, because the service caches the encoded key of each object. */
function valetKeyEncoded(): Signer {
  const presigner = createPresigner({ bucket, region });
  const encodedKeys = keys.map(encodeKey);
  const sign = (index: number) => {
    const encodedKey = encodedKeys[index % encodedKeys.length] as (typeof encodedKeys)[number];
    return presigner.presignGet({ encodedKey, credentials, expiresInSeconds, now: Date.now() }).url;
  };
  return { name: encodedName, isPeer: false, kind: "sync", sign };
}

export function keyAt(index: number): string {
  return keys[index % keys.length] as string;
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * Creates a signer that computes only the three hashes of a signature: one of the canonical request, and two for the HMAC. No signer that
 * uses the native hash of Node.js can be faster.
 *
 * The input of each hash is as long as for a real signature. This signer builds no URL and copies nothing.
 */
function limit(): Signer {
  const requests = inputs.keys.map(canonicalRequest);
  const inner = Buffer.alloc(BLOCK_BYTES + stringToSignLength(), 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  const sign = (index: number) => {
    hash("sha256", requests[index % requests.length] as string, "hex");
    hash("sha256", inner, "binary");
    return hash("sha256", outer, "hex");
  };
  return { name: limitName, isPeer: false, kind: "sync", sign };
}

function canonicalRequest(key: string): string {
  const { url } = createPresigner({ bucket, region }).presignGet({ key, credentials, expiresInSeconds, now: 0 });
  const { host, pathname, search } = new URL(url);
  const query = search.slice(1).replace(/&X-Amz-Signature=[0-9a-f]+/, "");
  return `GET\n${pathname}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
}

function stringToSignLength(): number {
  return `AWS4-HMAC-SHA256\n20261124T000000Z\n20261124/${inputs.region}/s3/aws4_request\n`.length + 2 * DIGEST_BYTES;
}
