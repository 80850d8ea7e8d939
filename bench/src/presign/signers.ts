import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl, S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import { createPresigner, encodeKey, encodeRfc3986 } from "@valetkey/presign";
import { AwsClient } from "aws4fetch";
import { S3Client as LeanClient } from "lean-s3";
import { Client as MinioClient } from "minio";
import { inputs } from "./inputs.ts";

/** `sign` makes the URL of the nth key. The measurement excludes the setup of a client, because an application does it once. */
export type Signer = { name: string; isPeer: boolean } & (
  | { kind: "sync"; sign(index: number): string }
  | { kind: "async"; sign(index: number): Promise<string> }
);

type RequestToPresign = Parameters<S3RequestPresigner["presign"]>[0];

const { bucket, region, endpoint, keys, expiresInSeconds } = inputs;
const credentials = { accessKeyId: inputs.accessKeyId, secretAccessKey: inputs.secretAccessKey };
const host = `${bucket}.${new URL(endpoint).host}`;

export const getSignedUrlName = "AWS getSignedUrl";
export const valetKeyName = "Valet Key presignGet";

export function createSigners(): Signer[] {
  return [awsGetSignedUrl(), awsRequestPresigner(), aws4fetch(), minio(), leanS3(), valetKey(), valetKeyEncoded()];
}

function awsGetSignedUrl(): Signer {
  const client = new S3Client({ region, credentials });
  const sign = (index: number) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: keyAt(index) }), { expiresIn: expiresInSeconds });
  return { name: getSignedUrlName, isPeer: true, kind: "async", sign };
}

/** Uses only the signer of the AWS SDK. The request is built by hand, not by the client of the SDK. */
function awsRequestPresigner(): Signer {
  const client = new S3Client({ region, credentials });
  const presigner = new S3RequestPresigner({ region, credentials, sha256: client.config.sha256 });
  const sign = async (index: number) => {
    const request = {
      method: "GET",
      protocol: "https:",
      hostname: host,
      path: `/${keyAt(index)}`,
      headers: {},
      query: {},
    };
    const signed = await presigner.presign(request as unknown as RequestToPresign, { expiresIn: expiresInSeconds });
    const query = Object.entries(signed.query ?? {}).map(([name, value]) => `${name}=${encodeRfc3986(String(value))}`);
    return `${signed.protocol}//${signed.hostname}${signed.path}?${query.join("&")}`;
  };
  return { name: "AWS S3RequestPresigner", isPeer: true, kind: "async", sign };
}

function aws4fetch(): Signer {
  const client = new AwsClient({ ...credentials, service: "s3", region });
  const sign = async (index: number) => {
    const url = `https://${host}/${keyAt(index)}?X-Amz-Expires=${expiresInSeconds}`;
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
  return { name: "Valet Key, encoded key", isPeer: false, kind: "sync", sign };
}

export function keyAt(index: number): string {
  return keys[index % keys.length] as string;
}
