import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { describe, expect, test } from "vitest";
import { BUCKET, CREDENTIALS, startBucket } from "./testing/bucket.ts";
import { blobsIn } from "./testing/data-folder.ts";
import { presignerFor, send, signing } from "./testing/http.ts";
import { presignByHand } from "./testing/sign-by-hand.ts";
import { bytesOf } from "./testing/streams.ts";
import { uploadParts } from "./testing/upload.ts";

const MIB = 1024 * 1024;
const at = (Key: string) => ({ Bucket: BUCKET, Key });
const read = async (client: S3Client, key: string) => bytesOf(await client.send(new GetObjectCommand(at(key))));

const FULL_PART = randomBytes(5 * MIB);
const LAST_PART = randomBytes(1000);

describe.each([
  ["with its default settings", {}],
  [
    "with checksums only when required",
    { requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" },
  ],
] as const)("the AWS SDK's Upload %s", (settings, config) => {
  test(`the Upload class of the AWS SDK ${settings} uploads a stream of unknown length`, async () => {
    const { client, failures } = await startBucket({ client: config });
    const pieces = Array.from({ length: 13 }, () => randomBytes(MIB));
    const Body = Readable.from(pieces);
    const upload = new Upload({ client, params: { ...at("a"), Body, ContentType: "image/png", Metadata: { b: "c" } } });
    const { ETag } = await upload.done();
    expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const got = await client.send(new GetObjectCommand(at("a")));
    expect(got).toMatchObject({ ContentType: "image/png", Metadata: { b: "c" }, ContentLength: 13 * MIB, ETag });
    expect((await bytesOf(got)).equals(Buffer.concat(pieces))).toBe(true);
    expect(failures).toEqual([]);
  });
});

describe("a multipart object", () => {
  test("a multipart object and its copy have the bytes of the parts in order", async () => {
    const { client, dataDir } = await startBucket();
    const { complete } = await uploadParts(client, [FULL_PART, FULL_PART, LAST_PART]);
    const { ETag } = await complete();
    const whole = Buffer.concat([FULL_PART, FULL_PART, LAST_PART]);
    const digests = [FULL_PART, FULL_PART, LAST_PART].map((part) => createHash("md5").update(part).digest());
    expect(ETag).toBe(`"${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-3"`);
    expect((await read(client, "a")).equals(whole)).toBe(true);
    for (const [from, to] of [
      [0, 0],
      [5 * MIB - 1, 5 * MIB],
      [5 * MIB, 5 * MIB],
      [4 * MIB, 10 * MIB + 10],
      [10 * MIB + 999, 10 * MIB + 999],
    ] as const) {
      const got = await client.send(new GetObjectCommand({ ...at("a"), Range: `bytes=${from}-${to}` }));
      expect((await bytesOf(got)).equals(whole.subarray(from, to + 1)), `${from}-${to}`).toBe(true);
    }
    await client.send(new CopyObjectCommand({ ...at("b"), CopySource: `${BUCKET}/a` }));
    await client.send(new DeleteObjectCommand(at("a")));
    expect(await blobsIn(dataDir)).toHaveLength(3);
    expect((await read(client, "b")).equals(whole)).toBe(true);
  });

  test("the completion of a multipart upload deletes omitted and replaced parts", async () => {
    const { client, dataDir, close } = await startBucket();
    const { Parts, UploadId } = await uploadParts(client, [FULL_PART, FULL_PART, LAST_PART]);
    const replaced = await client.send(new UploadPartCommand({ ...at("a"), UploadId, PartNumber: 3, Body: "new" }));
    const named = [
      Parts[0],
      { ...Parts[2], ETag: replaced.ETag, ChecksumCRC32: replaced.ChecksumCRC32 },
    ] as CompletedPart[];
    await client.send(new CompleteMultipartUploadCommand({ ...at("a"), UploadId, MultipartUpload: { Parts: named } }));
    expect((await read(client, "a")).equals(Buffer.concat([FULL_PART, Buffer.from("new")]))).toBe(true);
    await close();
    expect(await blobsIn(dataDir)).toHaveLength(2);
  });

  test("the completion of a multipart upload replaces the object of its key", async () => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "old" }));
    const { complete, UploadId } = await uploadParts(client, [LAST_PART]);
    expect((await read(client, "a")).toString()).toBe("old");
    await complete();
    const gone = { name: "NoSuchUpload", $metadata: { httpStatusCode: 404 } };
    await expect(client.send(new ListPartsCommand({ ...at("a"), UploadId }))).rejects.toMatchObject(gone);
    await expect(
      client.send(new UploadPartCommand({ ...at("a"), UploadId, PartNumber: 1, Body: "x" })),
    ).rejects.toMatchObject(gone);
    expect((await read(client, "a")).equals(LAST_PART)).toBe(true);
  });

  test("a repeated completion returns the first response until the object is replaced", async () => {
    const first = await startBucket();
    const { complete, Parts, UploadId } = await uploadParts(first.client, [LAST_PART]);
    const { $metadata: _, ...completed } = await complete({ IfNoneMatch: "*" });
    expect(await complete({ IfNoneMatch: "*" })).toMatchObject(completed);
    await first.close();
    const { client } = await startBucket({ dataDir: first.dataDir });
    const again = (parts: CompletedPart[]) =>
      client.send(new CompleteMultipartUploadCommand({ ...at("a"), UploadId, MultipartUpload: { Parts: parts } }));
    expect(await again(Parts)).toMatchObject(completed);
    expect((await read(client, "a")).equals(LAST_PART)).toBe(true);
    const gone = { name: "NoSuchUpload" };
    await expect(again([{ PartNumber: 1, ETag: `"${"0".repeat(32)}"` }])).rejects.toMatchObject(gone);
    await client.send(new PutObjectCommand({ ...at("a"), Body: "new" }));
    await expect(again(Parts)).rejects.toMatchObject(gone);
  });

  test("CreateMultipartUpload ignores x-amz-metadata-directive", async () => {
    const { client, endpoint } = await startBucket();
    const signed = presignByHand(endpoint, {
      method: "POST",
      path: `/${BUCKET}/a`,
      query: ["uploads", "x-amz-metadata-directive=REPLACE"],
    });
    expect((await send({ method: "POST", url: signed })).status).toBe(200);
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads).toHaveLength(1);
  });

  test("a multipart object may consist of part 10,000, the highest part number", async () => {
    const { client, endpoint } = await startBucket();
    const { UploadId = "" } = await client.send(new CreateMultipartUploadCommand(at("a")));
    await expect(
      client.send(new UploadPartCommand({ ...at("a"), UploadId, PartNumber: 10_001, Body: "x" })),
    ).rejects.toMatchObject({ name: "InvalidArgument" });
    const { url } = presignerFor(endpoint).presignUploadPart({
      ...signing("a", { "content-length": "1" }),
      uploadId: UploadId,
      partNumber: 10_000,
    });
    const { headers } = await send({ method: "PUT", url, headers: { "content-length": "1" }, body: "z" });
    const Parts = [{ PartNumber: 10_000, ETag: headers.etag }];
    await client.send(new CompleteMultipartUploadCommand({ ...at("a"), UploadId, MultipartUpload: { Parts } }));
    expect((await read(client, "a")).toString()).toBe("z");
  });
});

describe("the bucket refuses a completion and keeps the upload", () => {
  test("the bucket refuses to complete an upload with unknown, changed or misplaced parts", async () => {
    const { client } = await startBucket();
    const { Parts, complete } = await uploadParts(client, [FULL_PART, LAST_PART]);
    const [first, second] = Parts as [CompletedPart, CompletedPart];
    const with_ = (...parts: CompletedPart[]) => complete({ MultipartUpload: { Parts: parts } });
    await expect(with_(first, { ...second, PartNumber: 3 })).rejects.toMatchObject({ name: "InvalidPart" });
    await expect(with_({ ...first, ETag: '"0123"' })).rejects.toMatchObject({ name: "InvalidPart" });
    await expect(with_({ ...first, ETag: second.ETag })).rejects.toMatchObject({ name: "InvalidPart" });
    await expect(with_(second, first)).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(with_(first, first)).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(with_()).rejects.toMatchObject({ name: "MalformedXML" });
    await complete();
  });

  test("the bucket refuses to complete an upload if a part before the last is below 5 MiB", async () => {
    const { client } = await startBucket();
    const { complete } = await uploadParts(client, [FULL_PART.subarray(1), LAST_PART]);
    await expect(complete()).rejects.toMatchObject({ name: "EntityTooSmall" });
    await expect(client.send(new HeadObjectCommand(at("a")))).rejects.toMatchObject({ name: "NotFound" });
  });

  test("the bucket refuses to complete an upload if x-amz-mp-object-size is wrong", async () => {
    const { client } = await startBucket();
    const { complete } = await uploadParts(client, [LAST_PART]);
    await expect(complete({ MpuObjectSize: 999 })).rejects.toMatchObject({ name: "InvalidRequest" });
    await complete({ MpuObjectSize: 1000 });
  });

  test("the bucket refuses to complete an upload with If-None-Match if the object exists", async () => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "old" }));
    const { complete } = await uploadParts(client, [LAST_PART]);
    await expect(complete({ IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
    expect((await read(client, "a")).toString()).toBe("old");
    await client.send(new DeleteObjectCommand(at("a")));
    await complete({ IfNoneMatch: "*" });
    expect((await read(client, "a")).equals(LAST_PART)).toBe(true);
  });

  test("exactly one of 8 parallel completions with If-None-Match for one key succeeds", async () => {
    const { client } = await startBucket();
    const uploads = await Promise.all(Array.from({ length: 8 }, () => uploadParts(client, [LAST_PART])));
    const results = await Promise.allSettled(uploads.map(({ complete }) => complete({ IfNoneMatch: "*" })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("an unfinished upload", () => {
  test("the list of the parts of a multipart upload has pages", async () => {
    const { client } = await startBucket();
    const { UploadId, Parts } = await uploadParts(client, [LAST_PART, LAST_PART.subarray(1), LAST_PART.subarray(2)]);
    const first = await client.send(new ListPartsCommand({ ...at("a"), UploadId, MaxParts: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "2", MaxParts: 2 });
    expect(first.Parts?.map(({ PartNumber, Size, ETag }) => ({ PartNumber, Size, ETag }))).toEqual([
      { PartNumber: 1, Size: 1000, ETag: Parts[0]?.ETag },
      { PartNumber: 2, Size: 999, ETag: Parts[1]?.ETag },
    ]);
    const rest = await client.send(new ListPartsCommand({ ...at("a"), UploadId, PartNumberMarker: "2" }));
    expect([rest.IsTruncated, rest.Parts?.map(({ PartNumber }) => PartNumber)]).toEqual([false, [3]]);
  });

  test("the list of multipart uploads is sorted by key and then by age", async () => {
    let now = Date.now();
    const { client } = await startBucket({ now: () => now });
    const started: [string, string | undefined][] = [];
    for (const key of ["b/1", "a", "b/1", "b/2", "c"]) {
      now += 1;
      started.push([key, (await client.send(new CreateMultipartUploadCommand(at(key)))).UploadId]);
    }
    const [b1, a, b1Later, b2, c] = started;
    const list = async (input: object) => {
      const page = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, ...input }));
      return { page, found: page.Uploads?.map(({ Key, UploadId }) => [Key, UploadId]) ?? [] };
    };
    expect((await list({})).found).toEqual([a, b1, b1Later, b2, c]);
    expect((await list({ Prefix: "b/" })).found).toEqual([b1, b1Later, b2]);
    expect((await list({ KeyMarker: "b/1" })).found).toEqual([b2, c]);
    const { page, found } = await list({ MaxUploads: 2 });
    expect([page.IsTruncated, found]).toEqual([true, [a, b1]]);
    const next = await list({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
    expect(next.found).toEqual([b1Later, b2, c]);
  });

  test("the list of multipart uploads groups keys up to a delimiter", async () => {
    const { client } = await startBucket();
    for (const Key of ["a", "b/1", "b/1", "b/2/x", "c/1", "d"]) {
      await client.send(new CreateMultipartUploadCommand(at(Key)));
    }
    const list = async (input: object) => {
      const page = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Delimiter: "/", ...input }));
      const keys = page.Uploads?.map(({ Key }) => Key) ?? [];
      return { page, found: [...keys, ...(page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [])] };
    };
    const whole = await list({});
    expect(whole.found).toEqual(["a", "d", "b/", "c/"]);
    expect(whole.page).toMatchObject({ Delimiter: "/", IsTruncated: false });
    expect(whole.page.Uploads?.[0]?.Owner?.ID).toBe(CREDENTIALS.accessKeyId);
    expect((await list({ Prefix: "b/" })).found).toEqual(["b/1", "b/1", "b/2/"]);
    const first = await list({ MaxUploads: 2 });
    expect(first.found).toEqual(["a", "b/"]);
    expect(first.page).toMatchObject({ IsTruncated: true, NextKeyMarker: "b/" });
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = first.page;
    const next = await list({ MaxUploads: 2, KeyMarker, UploadIdMarker });
    expect([next.found, next.page.IsTruncated]).toEqual([["d", "c/"], false]);
  });

  test("an aborted multipart upload leaves no parts in the bucket", async () => {
    const { client, dataDir, close } = await startBucket();
    const { UploadId, complete } = await uploadParts(client, [LAST_PART]);
    const gone = { name: "NoSuchUpload" };
    await expect(client.send(new AbortMultipartUploadCommand({ ...at("b"), UploadId }))).rejects.toMatchObject(gone);
    await client.send(new AbortMultipartUploadCommand({ ...at("a"), UploadId }));
    await expect(client.send(new AbortMultipartUploadCommand({ ...at("a"), UploadId }))).rejects.toMatchObject(gone);
    await expect(complete()).rejects.toMatchObject(gone);
    await close();
    expect(await blobsIn(dataDir)).toEqual([]);
  });

  test("a multipart upload survives a restart", async () => {
    const first = await startBucket();
    const { UploadId, Parts } = await uploadParts(first.client, [FULL_PART, LAST_PART]);
    await first.close();
    const { client } = await startBucket({ dataDir: first.dataDir });
    await client.send(new CompleteMultipartUploadCommand({ ...at("a"), UploadId, MultipartUpload: { Parts } }));
    expect((await read(client, "a")).equals(Buffer.concat([FULL_PART, LAST_PART]))).toBe(true);
  });
});
