import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Bucket } from "./port.ts";
import { type BucketServer, bucketOn, inspect, startEmbedded } from "./testing/bucket-server.ts";
import { patterned } from "./testing/bytes.ts";
import { type Fate, startProxy } from "./testing/faulty-proxy.ts";

const MIB = 2 ** 20;

let server: BucketServer;
let bucket: Bucket;
let behind: ReturnType<typeof inspect>;

beforeAll(async () => {
  server = await startEmbedded();
  bucket = bucketOn(server);
  behind = inspect(server);
});

afterAll(async () => {
  bucket.close();
  behind.s3.destroy();
  await server.stop();
});

async function begin() {
  const objectKey = bucket.newObjectKey();
  return { objectKey, bucketUploadId: await bucket.createMultipart({ objectKey, contentType: "text/plain" }) };
}

type Place = Awaited<ReturnType<typeof begin>>;

async function sendPart(place: Place, { partNumber, bytes }: { partNumber: number; bytes: Buffer }) {
  const signing = { ...place, partNumber, sizeBytes: bytes.length, expiresInSeconds: 60, now: Date.now() };
  const { method, url } = await bucket.presignPart(signing);
  return fetch(url, { method, body: Buffer.from(bytes) });
}

/**
 * Returns a bucket behind a proxy. The proxy applies `fate` only to the first request that completes an upload, and forwards all other
 * requests unchanged.
 */
async function completingThrough(fate: Fate): Promise<Bucket> {
  let met = false;
  const proxy = await startProxy(server.endpoint, ({ method, url = "" }) => {
    if (met || method !== "POST" || !url.includes("uploadId=")) return "pass";
    met = true;
    return fate;
  });
  const troubled = bucketOn({ ...server, endpoint: proxy.endpoint });
  onTestFinished(() => {
    troubled.close();
    proxy.close();
  });
  return troubled;
}

async function twoParts(): Promise<Place> {
  const place = await begin();
  for (const partNumber of [1, 2]) {
    const bytes = patterned(partNumber === 1 ? 5 * MIB : 100);
    expect((await sendPart(place, { partNumber, bytes })).status).toBe(200);
  }
  return place;
}

describe("multipart uploads whose parts a browser sends", () => {
  test("the bucket adapter completes a multipart upload from parts that a browser sent", async () => {
    const place = await twoParts();
    const parts = (await bucket.listParts(place)) ?? [];
    expect(parts).toMatchObject([
      { partNumber: 1, sizeBytes: 5 * MIB },
      { partNumber: 2, sizeBytes: 100 },
    ]);
    expect(await bucket.completeMultipart({ ...place, parts })).toBe("done");
    expect(await bucket.head(place.objectKey)).toMatchObject({ sizeBytes: 5 * MIB + 100, contentType: "text/plain" });
    expect(await bucket.listParts(place)).toBeUndefined();
    expect((await sendPart(place, { partNumber: 2, bytes: patterned(100) })).status).toBe(404);
  });

  test("requirement 3: the bucket refuses a part that does not have the signed length", async () => {
    const place = await begin();
    const signing = { ...place, partNumber: 1, sizeBytes: 10, expiresInSeconds: 60, now: Date.now() };
    const { url, headers } = await bucket.presignPart(signing);
    expect(headers).toEqual({ "content-length": "10" });
    for (const length of [9, 11]) {
      expect((await fetch(url, { method: "PUT", body: Buffer.from(patterned(length)) })).status).toBe(403);
    }
    expect(await bucket.listParts(place)).toEqual([]);
    await bucket.abortMultipart(place);
  });

  test("a list of several pages contains all parts of a multipart upload", async () => {
    const place = await begin();
    const numbers = Array.from({ length: 1_001 }, (_, index) => index + 1);
    for (let at = 0; at < numbers.length; at += 100) {
      const some = numbers.slice(at, at + 100);
      await Promise.all(some.map((partNumber) => sendPart(place, { partNumber, bytes: Buffer.from("x") })));
    }
    expect((await bucket.listParts(place))?.map(({ partNumber }) => partNumber)).toEqual(numbers);
    await bucket.abortMultipart(place);
  });

  test("an aborted multipart upload leaves no part, even after a second abort", async () => {
    const place = await twoParts();
    await bucket.abortMultipart(place);
    await bucket.abortMultipart(place);
    expect(await bucket.listParts(place)).toBeUndefined();
    expect(await behind.uploads()).toBe(0);
  });

  test("the completion of an upload detects a part that was replaced after its listing", async () => {
    const place = await twoParts();
    const parts = (await bucket.listParts(place)) ?? [];
    await sendPart(place, { partNumber: 2, bytes: Buffer.alloc(100, 7) });
    expect(await bucket.completeMultipart({ ...place, parts })).toBe("parts_changed");
    await bucket.abortMultipart(place);
  });

  test("a multipart upload is complete although the response to its completion is lost", async () => {
    const place = await twoParts();
    const parts = (await bucket.listParts(place)) ?? [];
    const troubled = await completingThrough("loseResponse");
    expect(await troubled.completeMultipart({ ...place, parts })).toBe("done");
    expect(await bucket.head(place.objectKey)).toMatchObject({ sizeBytes: 5 * MIB + 100 });
  });

  test("the bucket adapter retries a completion if a response with 200 contains an error", async () => {
    const place = await twoParts();
    const parts = (await bucket.listParts(place)) ?? [];
    const body = "<?xml version='1.0'?><Error><Code>InternalError</Code><Message>Again, please</Message></Error>";
    const troubled = await completingThrough({ status: 200, body });
    expect(await troubled.completeMultipart({ ...place, parts })).toBe("done");
    expect(await bucket.head(place.objectKey)).toMatchObject({ sizeBytes: 5 * MIB + 100 });
  });

  test("the completion of an upload works on a bucket that supports no conditions", async () => {
    const place = await twoParts();
    const parts = (await bucket.listParts(place)) ?? [];
    const troubled = await completingThrough({ status: 501, code: "NotImplemented" });
    expect(await troubled.completeMultipart({ ...place, parts })).toBe("done");
    expect(await bucket.head(place.objectKey)).toMatchObject({ sizeBytes: 5 * MIB + 100 });
  });
});

describe("reads of an object by its ETag", () => {
  async function stored(bytes: Buffer): Promise<{ objectKey: string; etag: string }> {
    const objectKey = bucket.newObjectKey();
    const place = { objectKey, bucketUploadId: await bucket.createMultipart({ objectKey, contentType: "text/plain" }) };
    await sendPart(place, { partNumber: 1, bytes });
    await bucket.completeMultipart({ ...place, parts: (await bucket.listParts(place)) ?? [] });
    return { objectKey, etag: (await bucket.head(objectKey))?.etag ?? "" };
  }

  test("a read of the first bytes of an object returns no other bytes", async () => {
    const bytes = patterned(10_000);
    const { objectKey, etag } = await stored(bytes);
    const start = await bucket.readStart(objectKey, { length: 4_100 });
    expect(start?.etag).toBe(etag);
    expect(Buffer.from(start?.bytes ?? [])).toEqual(bytes.subarray(0, 4_100));
    expect((await bucket.readStart(objectKey, { length: 20_000 }))?.bytes).toHaveLength(10_000);
  });

  test("the function readSmall returns at most `maxBytes` bytes of an object", async () => {
    const bytes = patterned(10_000);
    const { objectKey, etag } = await stored(bytes);
    const whole = await bucket.readSmall(objectKey, { maxBytes: 20_000 });
    expect(whole).toMatchObject({
      sizeBytes: 10_000,
      etag,
      contentType: "text/plain",
      undeclaredHeaders: [],
    });
    expect(Buffer.from(whole?.bytes ?? []).equals(bytes)).toBe(true);
    const cut = await bucket.readSmall(objectKey, { maxBytes: 4_000 });
    expect(cut).toMatchObject({ sizeBytes: 10_000, bytes: bytes.subarray(0, 4_000) });
    expect(await bucket.readSmall("missing", { maxBytes: 10 })).toBeUndefined();
  });

  test("a read of an object by its ETag returns the whole object", async () => {
    const bytes = patterned(3 * MIB + 1);
    const { objectKey, etag } = await stored(bytes);
    const body = await bucket.read(objectKey, { etag });
    expect((await buffer(body as Readable)).equals(bytes)).toBe(true);
  });

  test("a read of a deleted or replaced object returns undefined", async () => {
    const { objectKey } = await stored(patterned(100));
    expect(await bucket.readStart("missing", { length: 10 })).toBeUndefined();
    for (const key of ["missing", objectKey]) expect(await bucket.read(key, { etag: '"another"' })).toBeUndefined();
  });

  test("a read of an object stops when its signal aborts", async () => {
    const { objectKey, etag } = await stored(patterned(3 * MIB));
    const stop = new AbortController();
    const body = await bucket.read(objectKey, { etag, signal: stop.signal });
    stop.abort();
    await expect(buffer(body as Readable)).rejects.toMatchObject({ name: "AbortError" });
  });

  test("a read of the first bytes of an empty object returns undefined", async () => {
    const objectKey = bucket.newObjectKey();
    const signing = { objectKey, contentType: "text/plain", sizeBytes: 0, checksum: undefined, onlyOnce: true };
    const { method, url, headers } = await bucket.presignPut({ ...signing, expiresInSeconds: 60, now: Date.now() });
    const { "content-length": _none, ...settable } = headers;
    expect((await fetch(url, { method, headers: settable, body: "" })).status).toBe(200);
    expect(await bucket.readStart(objectKey, { length: 10 })).toBeUndefined();
  });
});
