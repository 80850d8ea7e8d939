import { createHash, randomBytes } from "node:crypto";
import {
  type ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { createChecksumStream } from "./body/checksums.ts";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { presignerFor, send, signing } from "./testing/http.ts";
import { signByHand } from "./testing/sign-by-hand.ts";
import { bytesOf } from "./testing/streams.ts";

const ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
const BODY = randomBytes(200_000);
const at = (Key: string) => ({ Bucket: BUCKET, Key });

function checksumOf(algorithm: (typeof ALGORITHMS)[number], body: Uint8Array = BODY): string {
  const stream = createChecksumStream(algorithm);
  stream.update(body);
  return stream.digest().toString("base64");
}

async function exists(client: S3Client, key: string): Promise<boolean> {
  return client.send(new HeadObjectCommand(at(key))).then(
    () => true,
    () => false,
  );
}

describe.each(ALGORITHMS)("%s", (algorithm) => {
  const name = `x-amz-checksum-${algorithm.toLowerCase()}`;

  test(`the bucket verifies and stores a ${algorithm} checksum from a header`, async () => {
    const { client } = await startBucket();
    const value = await checksumOf(algorithm);
    await client.send(new PutObjectCommand({ ...at("a"), Body: BODY, [`Checksum${algorithm}`]: value }));
    const head = await client.send(new HeadObjectCommand({ ...at("a"), ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({ [`Checksum${algorithm}`]: value, ChecksumType: "FULL_OBJECT" });
    expect((await client.send(new HeadObjectCommand(at("a")))).ChecksumType).toBeUndefined();
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).equals(BODY)).toBe(true);
  });

  test(`requirement 8: the bucket returns 400 for a body with a wrong ${algorithm}`, async () => {
    const { client, endpoint } = await startBucket();
    const { url, headers } = presignerFor(endpoint).presignPut(
      signing("a", { [name]: await checksumOf(algorithm, Buffer.from("other")) }),
    );
    const response = await send({
      method: "PUT",
      url,
      headers: { ...headers, "content-length": String(BODY.length) },
      body: BODY,
    });
    expect([response.status, response.code]).toEqual([400, "BadDigest"]);
    expect(await exists(client, "a")).toBe(false);
  });

  test(`the bucket returns 400 for an invalid ${algorithm} before it reads the body`, async () => {
    const { client, endpoint } = await startBucket();
    const { url, headers } = presignerFor(endpoint).presignPut(signing("a", { [name]: "AAAA" }));
    const response = await send({ method: "PUT", url, headers: { ...headers, "content-length": "3" }, body: "abc" });
    expect([response.status, response.code]).toEqual([400, "InvalidRequest"]);
    expect(await exists(client, "a")).toBe(false);
  });

  test(`the AWS SDK can store and read an object with a ${algorithm} checksum`, async () => {
    const { client } = await startBucket();
    await client.send(
      new PutObjectCommand({ ...at("a"), Body: BODY, ChecksumAlgorithm: algorithm as ChecksumAlgorithm }),
    );
    const got = await client.send(new GetObjectCommand(at("a")));
    expect(got).toMatchObject({ [`Checksum${algorithm}`]: await checksumOf(algorithm) });
    expect((await bytesOf(got)).equals(BODY)).toBe(true);
  });
});

describe("Content-MD5", () => {
  const put = async (md5: string) => {
    const { client, endpoint } = await startBucket();
    const { url, headers } = presignerFor(endpoint).presignPut(signing("a", { "content-md5": md5 }));
    const response = await send({ method: "PUT", url, headers: { ...headers, "content-length": "3" }, body: "abc" });
    return { status: response.status, code: response.code, stored: await exists(client, "a") };
  };
  const md5 = (text: string) => createHash("md5").update(text).digest("base64");

  test("the bucket refuses a body that does not match its Content-MD5", async () => {
    expect(await put(md5("abc"))).toEqual({ status: 200, code: undefined, stored: true });
    expect(await put(md5("abd"))).toEqual({ status: 400, code: "BadDigest", stored: false });
    expect(await put("abc")).toEqual({ status: 400, code: "InvalidDigest", stored: false });
  });
});

describe("the payload hash in the signature", () => {
  test("the bucket refuses a body that does not match the signed payload hash", async () => {
    const { client, endpoint } = await startBucket();
    const payloadHash = createHash("sha256").update("abc").digest("hex");
    const { headers } = signByHand(endpoint, { method: "PUT", path: `/${BUCKET}/a`, payloadHash });
    const put = (body: string) =>
      send({ method: "PUT", url: `${endpoint}/${BUCKET}/a`, headers: { ...headers, "content-length": "3" }, body });
    const response = await put("abd");
    expect([response.status, response.code]).toEqual([400, "XAmzContentSHA256Mismatch"]);
    expect(await exists(client, "a")).toBe(false);
    expect((await put("abc")).status).toBe(200);
  });
});

test("the bucket returns 400 for two checksums or a missing announced checksum", async () => {
  const { endpoint } = await startBucket();
  const presigner = presignerFor(endpoint);
  const both = { "x-amz-checksum-crc32": await checksumOf("CRC32"), "x-amz-checksum-sha1": await checksumOf("SHA1") };
  const { headers } = signByHand(endpoint, {
    method: "PUT",
    path: `/${BUCKET}/a`,
    headers: { "x-amz-sdk-checksum-algorithm": "SHA1" },
  });
  const signed = presigner.presignPut(signing("a", both));
  const length = { "content-length": String(BODY.length) };
  const twice = await send({ method: "PUT", url: signed.url, headers: { ...signed.headers, ...length }, body: BODY });
  const none = await send({
    method: "PUT",
    url: `${endpoint}/${BUCKET}/a`,
    headers: { ...headers, ...length },
    body: BODY,
  });
  expect([twice.code, none.code]).toEqual(["InvalidRequest", "InvalidRequest"]);
});

describe("aws-chunked bodies", () => {
  type Chunked = { payload: string; trailer?: string; decoded?: number; encoding?: string };

  async function start({ payload, trailer, decoded = 6, encoding = "aws-chunked" }: Chunked) {
    const { client, endpoint } = await startBucket();
    const path = `/${BUCKET}/a`;
    const headers = {
      "content-encoding": encoding,
      "x-amz-decoded-content-length": String(decoded),
      ...(trailer !== undefined && { "x-amz-trailer": trailer }),
    };
    const signed = signByHand(endpoint, { method: "PUT", path, headers, payloadHash: payload });
    const put = async (body: string) => {
      const length = { "content-length": String(body.length) };
      const response = await send({
        method: "PUT",
        url: endpoint + path,
        headers: { ...signed.headers, ...length },
        body,
      });
      return { code: response.code ?? response.status, stored: await exists(client, "a") };
    };
    return { ...signed, client, put };
  }

  /** Returns the text "abcdef" in two signed chunks. `start`: the signed request before the chunks. */
  function signedChunks({ signature, signChunk }: Pick<Awaited<ReturnType<typeof start>>, "signature" | "signChunk">) {
    const first = signChunk(signature, "abc");
    const second = signChunk(first, "def");
    const last = signChunk(second, "");
    const chunks = `3;chunk-signature=${first}\r\nabc\r\n3;chunk-signature=${second}\r\ndef\r\n0;chunk-signature=${last}\r\n`;
    return { chunks, last };
  }

  test("the bucket stores a body of signed chunks without the encoding aws-chunked", async () => {
    const upload = await start({ payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", encoding: "aws-chunked,gzip" });
    expect(await upload.put(`${signedChunks(upload).chunks}\r\n`)).toEqual({ code: 200, stored: true });
    const got = await upload.client.send(new GetObjectCommand(at("a")));
    expect([got.ContentEncoding, got.ContentLength, (await bytesOf(got)).toString()]).toEqual(["gzip", 6, "abcdef"]);
  });

  test("the bucket returns 403 for a body with a changed chunk, and stores nothing", async () => {
    const upload = await start({ payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" });
    const body = `${signedChunks(upload).chunks}\r\n`;
    expect(await upload.put(body.replace("\r\ndef", "\r\ndeg"))).toEqual({
      code: "SignatureDoesNotMatch",
      stored: false,
    });
    expect(await upload.put(body.replace(/0;chunk.*/s, ""))).toEqual({ code: "IncompleteBody", stored: false });
  });

  test("a client gets the response to a chunked body that the bucket refuses early", async () => {
    const decoded = 3_000_000;
    const upload = await start({ payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", decoded });
    const forged = `3;chunk-signature=${"0".repeat(64)}\r\nabc\r\n`;
    expect(await upload.put(forged + "x".repeat(decoded))).toEqual({ code: "SignatureDoesNotMatch", stored: false });
  });

  test("the bucket refuses signed chunks that do not match the signed trailer checksum", async () => {
    const trailer = "x-amz-checksum-crc32";
    const upload = await start({ payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", trailer });
    const { chunks, last } = signedChunks(upload);
    const line = `${trailer}:${await checksumOf("CRC32", Buffer.from("abcdef"))}`;
    const body = `${chunks}${line}\r\nx-amz-trailer-signature:${upload.signTrailer(last, `${line}\n`)}\r\n\r\n`;
    expect(await upload.put(body.replace(line, `${trailer}:AAAAAA==`))).toEqual({
      code: "SignatureDoesNotMatch",
      stored: false,
    });
    expect(await upload.put(body)).toEqual({ code: 200, stored: true });
  });

  test("the bucket refuses unsigned chunks that do not match the trailer checksum", async () => {
    const trailer = "x-amz-checksum-sha256";
    const upload = await start({ payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer });
    const right = await checksumOf("SHA256", Buffer.from("abcdef"));
    const body = (value: string) => `6\r\nabcdef\r\n0\r\n${trailer}:${value}\r\n\r\n`;
    expect(await upload.put(body(await checksumOf("SHA256")))).toEqual({ code: "BadDigest", stored: false });
    expect(await upload.put(body("abc"))).toEqual({ code: "InvalidRequest", stored: false });
    expect(await upload.put("6\r\nabcdef\r\n0\r\n\r\n")).toEqual({ code: "MalformedTrailerError", stored: false });
    expect(await upload.put(body(right))).toEqual({ code: 200, stored: true });
  });

  test.each([5, 7])("the bucket returns 400 for a chunked body of 6 bytes that declares %i bytes", async (decoded) => {
    const upload = await start({ payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", decoded });
    expect(await upload.put(`${signedChunks(upload).chunks}\r\n`)).toEqual({ code: "IncompleteBody", stored: false });
  });

  test("the bucket returns 400 if x-amz-trailer contradicts x-amz-content-sha256", async () => {
    const without = await start({ payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" });
    expect(await without.put("6\r\nabcdef\r\n0\r\n\r\n")).toEqual({ code: "InvalidRequest", stored: false });
    const plain = await start({ payload: "UNSIGNED-PAYLOAD", trailer: "x-amz-checksum-crc32" });
    expect(await plain.put("abcdef")).toEqual({ code: "InvalidRequest", stored: false });
    const unknown = await start({ payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer: "x-amz-meta-a" });
    expect(await unknown.put("6\r\nabcdef\r\n0\r\nx-amz-meta-a:b\r\n\r\n")).toEqual({
      code: "InvalidRequest",
      stored: false,
    });
  });
});
