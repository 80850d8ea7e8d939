import { Readable } from "node:stream";
import { CreateMultipartUploadCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bucket } from "./port.ts";
import { providerPromiseTests } from "./provider-promises.suite.ts";
import { type BucketServer, bucketOn, inspect } from "./testing/bucket-server.ts";
import { patterned, patternedStream, sha256 } from "./testing/bytes.ts";

const MIB = 2 ** 20;
const GET = {
  filename: "plan.pdf",
  contentType: "application/pdf",
  disposition: "attachment",
  expiresInSeconds: 60,
} as const;

const STREAM_SIZES = [0, 1, 100_000, 5 * MIB, 5 * MIB + 1, 11 * MIB];

type SuiteOptions = {
  streamSizes?: readonly number[];
  /** `profile`: the built-in bucket behind a proxy that changes only the requests of the first tests. Default: `server`. */
  kind?: "server" | "profile";
};

/**
 * Tests the contract of the type `Bucket` on an S3 server with an empty bucket. `name`: the column of the S3 server in docs/providers.md.
 */
export function bucketSuite(
  name: string,
  start: () => Promise<BucketServer>,
  { streamSizes = STREAM_SIZES, kind = "server" }: SuiteOptions = {},
): void {
  describe(`the interface Bucket on ${name}`, () => {
    let server: BucketServer;
    let bucket: Bucket;
    let behind: ReturnType<typeof inspect>;

    beforeAll(async () => {
      server = await start();
      bucket = bucketOn(server, { keyPrefix: "suite/" });
      behind = inspect(server);
    });

    afterAll(async () => {
      bucket.close();
      behind.s3.destroy();
      await server.stop();
    });

    async function download(objectKey: string, options: Partial<Parameters<Bucket["presignGet"]>[0]> = {}) {
      const { url } = await bucket.presignGet({ objectKey, ...GET, now: Date.now(), ...options });
      return fetch(url);
    }

    async function store(bytes: Uint8Array, maxBytes = bytes.length) {
      const objectKey = bucket.newObjectKey();
      const body = Readable.from([Buffer.from(bytes)], { objectMode: false });
      return { objectKey, stored: await bucket.store({ objectKey, contentType: "image/png", body, maxBytes }) };
    }

    providerPromiseTests(name, () => ({ server, bucket, behind }));

    test("the bucket responds to a probe", async () => {
      await bucket.probe();
    });

    test.each(streamSizes)("the bucket stores and returns a stream of %i bytes", async (size) => {
      const bytes = patterned(size);
      const { objectKey, stored } = await store(bytes);
      expect(stored).toEqual({ sizeBytes: size, checksum: { algorithm: "SHA256", value: sha256(bytes) } });
      const head = await bucket.head(objectKey);
      expect(head).toMatchObject({
        sizeBytes: size,
        contentType: "image/png",
        etag: expect.stringMatching(/^".+"$/),
      });
      // A server may store a checksum of the part checksums, which `head` must not return as the checksum of the whole object.
      if (head?.checksum !== undefined) expect(head.checksum).toEqual(stored.checksum);
      const answer = await download(objectKey);
      expect(answer.status).toBe(200);
      expect(sha256(await answer.bytes())).toBe(stored.checksum.value);
      expect(await bucket.computeChecksum(objectKey)).toEqual(stored.checksum);
    });

    test("a deletion accepts any number of objects, even if some objects are missing", async () => {
      const { objectKey: one } = await store(Buffer.from("1"));
      const { objectKey: two } = await store(Buffer.from("2"));
      const missing = Array.from({ length: 210 }, () => bucket.newObjectKey());
      const asked = [one, ...missing, two];
      expect(await bucket.delete(asked)).toEqual(asked);
      expect(await bucket.head(one)).toBeUndefined();
      expect(await bucket.head(two)).toBeUndefined();
      expect(await bucket.delete([])).toEqual([]);
      expect(await bucket.delete([one])).toEqual([one]);
    });

    if (kind === "profile") return;

    test.each([
      ["in one part", 1000],
      ["in many", 6 * MIB],
    ])("a stream that is one byte too large leaves no object in the bucket (%s)", async (_how, maxBytes) => {
      const objectKey = bucket.newObjectKey();
      const body = patternedStream(maxBytes + 1);
      const storing = bucket.store({ objectKey, contentType: "image/png", body, maxBytes });
      await expect(storing).rejects.toMatchObject({ code: "file_too_large" });
      expect(body.destroyed).toBe(true);
      expect(await behind.keys()).not.toContain(objectKey);
      expect(await behind.uploads()).toBe(0);
    });

    test.each([
      ["destroyed", undefined],
      ["broken", new Error("ECONNRESET")],
    ])("a multipart stream that is %s leaves no object in the bucket", async (_how, error) => {
      const objectKey = bucket.newObjectKey();
      const body = patternedStream(20 * MIB, (soFar) => {
        if (soFar === 12 * MIB) body.destroy(error);
      });
      const storing = bucket.store({ objectKey, contentType: "image/png", body, maxBytes: 100 * MIB });
      await expect(storing).rejects.toMatchObject({ code: "upload_aborted" });
      expect(await behind.keys()).not.toContain(objectKey);
      expect(await behind.uploads()).toBe(0);
    });

    test("a stream that was destroyed before the upload leaves no object in the bucket", async () => {
      const objectKey = bucket.newObjectKey();
      const body = patternedStream(10).destroy();
      const storing = bucket.store({ objectKey, contentType: "image/png", body, maxBytes: 100 });
      await expect(storing).rejects.toMatchObject({ code: "upload_aborted" });
      expect(await behind.keys()).not.toContain(objectKey);
    });

    test("requirement 1: an object key has the key prefix, the time and 128 random bits", async () => {
      const keys = Array.from({ length: 1000 }, () => bucket.newObjectKey());
      expect(new Set(keys).size).toBe(1000);
      for (const key of keys) expect(key).toMatch(/^suite\/[0-9a-f]{44}$/);
      // A presigned URL must not work for another key.
      const { objectKey } = await store(Buffer.from("x"));
      const { url } = await bucket.presignGet({ objectKey: bucket.newObjectKey(), ...GET, now: Date.now() });
      expect((await fetch(url.replace(/suite\/[0-9a-f]{44}/, objectKey))).status).toBe(403);
    });

    test("the bucket refuses a presigned URL after its expiry", async () => {
      const { objectKey } = await store(Buffer.from("x"));
      const now = Date.now();
      const { url, expiresAt } = await bucket.presignGet({ objectKey, ...GET, now: now - 61_000 });
      expect(expiresAt).toBe(Math.floor((now - 1000) / 1000) * 1000);
      expect((await fetch(url)).status).toBe(403);
    });

    test.each(["text/html", "image/svg+xml", "application/xml", "text/javascript", "application/x-unknown", ""])(
      "requirement 12: a file of type %s is always a download with a harmless type",
      async (contentType) => {
        const { objectKey } = await store(Buffer.from("<script>alert(1)</script>"));
        const answer = await download(objectKey, { contentType, disposition: "inline" });
        expect(answer.headers.get("content-type")).toBe("application/octet-stream");
        expect(answer.headers.get("content-disposition")).toMatch(/^attachment;/);
      },
    );

    test("requirement 12: a file of a listed type is shown inline on request", async () => {
      const { objectKey } = await store(Buffer.from("x"));
      const answer = await download(objectKey, { contentType: "text/plain", disposition: "inline" });
      expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(answer.headers.get("content-disposition")).toBe("inline; filename=plan.pdf");
    });

    test.each([
      [
        "Ünïcode 日本.txt",
        `attachment; filename="?n?code ??.txt"; filename*=UTF-8''%C3%9Cn%C3%AFcode%20%E6%97%A5%E6%9C%AC.txt`,
      ],
      ['a"b\\c;d.txt', 'attachment; filename="a\\"b\\\\c;d.txt"'],
      ["100%25.txt", `attachment; filename=100%25.txt; filename*=UTF-8''100%2525.txt`],
      ["a\r\nSet-Cookie: x=1.txt", 'attachment; filename="a__Set-Cookie: x=1.txt"'],
      ["half \ud83d.txt", `attachment; filename="half ?.txt"; filename*=UTF-8''half%20%EF%BF%BD.txt`],
    ])("requirement 13: the filename %j fills exactly one header", async (filename, expected) => {
      const { objectKey } = await store(Buffer.from("x"));
      const answer = await download(objectKey, { filename });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-disposition")).toBe(expected);
      expect(answer.headers.has("set-cookie")).toBe(false);
    });

    test("a missing object has no metadata, no checksum and no download", async () => {
      const objectKey = bucket.newObjectKey();
      expect(await bucket.head(objectKey)).toBeUndefined();
      await expect(bucket.computeChecksum(objectKey)).rejects.toMatchObject({ code: "object_not_found" });
      expect((await download(objectKey)).status).toBe(404);
    });

    test("the bucket finds objects that other programs stored, under every valid key", async () => {
      for (const Key of ["reports/ä + b?.txt", "a//b", "end/", "quote'\"(1)!*.txt"]) {
        await behind.s3.send(
          new PutObjectCommand({ Bucket: server.bucket, Key, Body: "there", ContentType: "text/csv" }),
        );
        expect(await bucket.head(Key)).toMatchObject({ sizeBytes: 5, contentType: "text/csv" });
        expect(await (await download(Key)).text()).toBe("there");
        const { url } = await bucket.presignGet({ objectKey: Key, ...GET, now: Date.now() });
        expect(bucket.objectKeyOf(url)).toBe(Key);
      }
      await expect(bucket.head("a/../b")).rejects.toMatchObject({ code: "invalid_request" });
    });

    test("a list contains all objects under the key prefix of the bucket, ordered by key", async () => {
      const listing = bucketOn(server, { keyPrefix: "listing/" });
      const odd = ["ä + b?&<x>.txt", "100%25+.txt", "quote'\"(1)!*.txt", "a//b", "z\u{1f600}", "z\uffee"];
      const named = [
        ...Array.from({ length: 19 }, () => listing.newObjectKey()),
        ...odd.map((key) => `listing/${key}`),
      ];
      for (const Key of named) {
        await behind.s3.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: "12345" }));
      }
      const pages = [];
      for await (const page of listing.listObjects({ pageSize: 5 })) pages.push(page);
      const listed = pages.flat();
      const inOrder = named.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(listed.map(({ objectKey }) => objectKey)).toEqual(inOrder);
      expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 5]);
      for (const { sizeBytes, modifiedAt } of listed) {
        expect(sizeBytes).toBe(5);
        expect(Math.abs(modifiedAt - Date.now())).toBeLessThan(600_000);
      }
      expect(listed.filter(({ objectKey }) => listing.isOwnKey(objectKey))).toHaveLength(19);
      expect(listing.isOwnKey(bucket.newObjectKey())).toBe(false);
      await bucket.delete(named);
      for await (const page of listing.listObjects()) expect(page).toEqual([]);
      listing.close();
    });

    test("a list contains the unfinished uploads under the key prefix of the bucket", async () => {
      const listing = bucketOn(server, { keyPrefix: "unfinished/" });
      const keys = Array.from({ length: 3 }, () => listing.newObjectKey());
      for (const Key of [...keys, bucket.newObjectKey()]) {
        await behind.s3.send(new CreateMultipartUploadCommand({ Bucket: server.bucket, Key }));
      }
      const unfinished = [];
      for await (const page of listing.listMultiparts()) unfinished.push(...page);
      expect(unfinished.map(({ objectKey }) => objectKey).sort()).toEqual(keys.toSorted());
      for (const { begunAt } of unfinished) expect(Math.abs(begunAt - Date.now())).toBeLessThan(600_000);
      for (const upload of unfinished) await listing.abortMultipart(upload);
      for await (const page of listing.listMultiparts()) expect(page).toEqual([]);
      for (const upload of await behind.openUploads()) await behind.abort(upload);
      listing.close();
    });

    test("the function discardParts aborts only the multipart uploads of the given keys", async () => {
      const [dropped, kept] = [bucket.newObjectKey(), bucket.newObjectKey()];
      for (const Key of [dropped, dropped, kept]) {
        await behind.s3.send(new CreateMultipartUploadCommand({ Bucket: server.bucket, Key }));
      }
      await bucket.discardParts([dropped, bucket.newObjectKey()]);
      const left = await behind.openUploads();
      expect(left.map(({ Key }) => Key)).toEqual([kept]);
      await bucket.discardParts([kept]);
      expect(await behind.uploads()).toBe(0);
    });
  });
}
