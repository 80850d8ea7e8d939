import {
  DeleteObjectsCommand,
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";

const inUtf8Order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Computes the expected list of objects in a simple way: sorts, filters and groups an array. */
function modelListing(
  keys: readonly string[],
  { prefix, delimiter, startAfter }: { prefix: string; delimiter: string; startAfter: string },
) {
  const entries = new Set<string>();
  for (const key of [...keys].sort(inUtf8Order)) {
    if (!key.startsWith(prefix) || inUtf8Order(key, startAfter) <= 0) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    entries.add(end === -1 ? `key ${key}` : `prefix ${key.slice(0, end + delimiter.length)}`);
  }
  return [...entries];
}

/** Reads all pages of a list of objects. Every page except the last must be full. */
async function listAll(client: S3Client, input: Omit<ListObjectsV2CommandInput, "Bucket"> & { MaxKeys: number }) {
  const entries: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...input, ContinuationToken }));
    const keys = page.Contents?.map(({ Key }) => `key ${decodeURIComponent(Key ?? "")}`) ?? [];
    const prefixes = page.CommonPrefixes?.map(({ Prefix }) => `prefix ${decodeURIComponent(Prefix ?? "")}`) ?? [];
    const nameOf = (entry: string) => entry.slice(entry.indexOf(" ") + 1);
    entries.push(...[...keys, ...prefixes].sort((a, b) => inUtf8Order(nameOf(a), nameOf(b))));
    expect(page.KeyCount).toBe(keys.length + prefixes.length);
    if (page.IsTruncated) expect(page.KeyCount).toBe(input.MaxKeys);
    ContinuationToken = page.NextContinuationToken;
    expect(ContinuationToken !== undefined).toBe(page.IsTruncated);
  } while (ContinuationToken !== undefined);
  return entries;
}

/** Reads all pages of a list of objects with ListObjects (version 1). */
async function listAllByMarker(client: S3Client, input: Omit<ListObjectsCommandInput, "Bucket"> & { MaxKeys: number }) {
  const entries: string[] = [];
  let { Marker } = input;
  for (;;) {
    const page = await client.send(new ListObjectsCommand({ Bucket: BUCKET, ...input, Marker }));
    const keys = page.Contents?.map(({ Key }) => decodeURIComponent(Key ?? "")) ?? [];
    const prefixes = page.CommonPrefixes?.map(({ Prefix }) => decodeURIComponent(Prefix ?? "")) ?? [];
    const names = [...keys, ...prefixes].sort(inUtf8Order);
    entries.push(...names.map((name) => (keys.includes(name) ? `key ${name}` : `prefix ${name}`)));
    expect(page.NextMarker !== undefined).toBe(page.IsTruncated === true && input.Delimiter !== "");
    if (page.IsTruncated !== true) return entries;
    expect(names).toHaveLength(input.MaxKeys);
    Marker = page.NextMarker === undefined ? names.at(-1) : decodeURIComponent(page.NextMarker);
  }
}

describe("a list of objects", () => {
  test("a list of objects equals the list of a simple model for any keys and parameters", async () => {
    const { client } = await startBucket();
    // With so few letters, many keys have a common prefix. Some of the letters have a different order in UTF-8 and in UTF-16.
    const text = (maxLength: number) =>
      fc.string({
        unit: fc.constantFrom("a", "b", "/", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"),
        maxLength,
      });
    const keys = fc.uniqueArray(
      text(6).filter((key) => key !== ""),
      { minLength: 1, maxLength: 12 },
    );
    const query = fc.record({
      prefix: text(2),
      delimiter: fc.constantFrom("", "/", "b", "é/", "\u{10ffff}"),
      startAfter: text(3),
    });
    await fc.assert(
      fc.asyncProperty(
        keys,
        fc.array(fc.tuple(query, fc.integer({ min: 1, max: 5 })), { minLength: 4, maxLength: 4 }),
        async (names, queries) => {
          for (const Key of names) await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "" }));
          for (const [{ prefix, delimiter, startAfter }, MaxKeys] of queries) {
            const input = {
              Prefix: prefix,
              Delimiter: delimiter,
              StartAfter: startAfter,
              MaxKeys,
              EncodingType: "url",
            } as const;
            expect(await listAll(client, input)).toEqual(modelListing(names, { prefix, delimiter, startAfter }));
            const { StartAfter: _, ...fromStart } = input;
            expect(await listAllByMarker(client, fromStart)).toEqual(
              modelListing(names, { prefix, delimiter, startAfter: "" }),
            );
          }
          await client.send(
            new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: names.map((Key) => ({ Key })) } }),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  test("a list of objects contains the metadata of each object", async () => {
    const { client } = await startBucket();
    const { ETag } = await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "abc" }));
    const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    expect(page).toMatchObject({ Name: BUCKET, KeyCount: 1, MaxKeys: 1000, IsTruncated: false });
    expect(page.Contents).toEqual([
      {
        Key: "a",
        ETag,
        Size: 3,
        StorageClass: "STANDARD",
        LastModified: expect.any(Date),
        ChecksumAlgorithm: ["CRC32"],
        ChecksumType: "FULL_OBJECT",
      },
    ]);
  });

  test("ListObjects always names the owner, but ListObjectsV2 only on request", async () => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "" }));
    const owner = async (FetchOwner?: boolean) =>
      (await client.send(new ListObjectsV2Command({ Bucket: BUCKET, FetchOwner }))).Contents?.[0]?.Owner?.ID;
    expect([await owner(true), await owner(false), await owner()]).toEqual(["AKIDEXAMPLE", undefined, undefined]);
    const old = await client.send(new ListObjectsCommand({ Bucket: BUCKET }));
    expect(old.Contents?.[0]?.Owner?.ID).toBe("AKIDEXAMPLE");
  });

  test("ListObjects (version 1) continues after a marker or a common prefix", async () => {
    const { client } = await startBucket();
    for (const Key of ["a/1", "a/2", "b", "c"])
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "" }));
    const list = async (input: Omit<ListObjectsCommandInput, "Bucket">) => {
      const page = await client.send(new ListObjectsCommand({ Bucket: BUCKET, ...input }));
      return [page.Marker, page.CommonPrefixes?.map(({ Prefix }) => Prefix), page.Contents?.map(({ Key }) => Key)];
    };
    expect(await list({})).toEqual(["", undefined, ["a/1", "a/2", "b", "c"]]);
    expect(await list({ Marker: "a/2" })).toEqual(["a/2", undefined, ["b", "c"]]);
    expect(await list({ Delimiter: "/", Marker: "a/" })).toEqual(["a/", undefined, ["b", "c"]]);
    expect(await list({ Delimiter: "/", Marker: "a/1" })).toEqual(["a/1", ["a/"], ["b", "c"]]);
    expect(await list({ Prefix: "a/", Delimiter: "/", Marker: "a/1" })).toEqual(["a/1", undefined, ["a/2"]]);
    await expect(list({ MaxKeys: -1 })).rejects.toMatchObject({ name: "InvalidArgument" });
    const missing = client.send(new ListObjectsCommand({ Bucket: "nowhere" }));
    await expect(missing).rejects.toMatchObject({ name: "NoSuchBucket" });
  });

  test("a list of objects may have any page size from 0 to 1,000", async () => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "" }));
    const nothing = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, MaxKeys: 0 }));
    expect([nothing.KeyCount, nothing.IsTruncated]).toEqual([0, false]);
    expect((await client.send(new ListObjectsV2Command({ Bucket: BUCKET, MaxKeys: 5000 }))).MaxKeys).toBe(1000);
  });

  test.each([
    { MaxKeys: -1 },
    { ContinuationToken: "made-up" },
    { ContinuationToken: ".!" },
    { EncodingType: "base64" as "url" },
  ])("the bucket returns 400 for a list of objects with the parameters %j", async (input) => {
    const { client } = await startBucket();
    const listed = client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...input }));
    await expect(listed).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("a list of objects has pages of up to 1,000 keys or common prefixes", async () => {
    const { client } = await startBucket();
    const put = (Key: string) => client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "" }));
    const keys = Array.from({ length: 1200 }, (_, index) => `a/${String(index).padStart(4, "0")}`);
    for (let at = 0; at < keys.length; at += 50) await Promise.all(keys.slice(at, at + 50).map(put));
    await put("b");
    const rolledUp = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: "/" }));
    expect([rolledUp.CommonPrefixes, rolledUp.Contents?.map(({ Key }) => Key)]).toEqual([[{ Prefix: "a/" }], ["b"]]);
    const first = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    expect([first.KeyCount, first.IsTruncated]).toEqual([1000, true]);
    expect(await listAll(client, { MaxKeys: 1000 })).toHaveLength(1201);
  });
});
