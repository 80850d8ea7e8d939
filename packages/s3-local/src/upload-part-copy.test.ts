import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { blobsIn } from "./testing/data-folder.ts";
import { bytesOf } from "./testing/streams.ts";
import { uploadParts } from "./testing/upload.ts";

const MIB = 1024 ** 2;
const at = (Key: string) => ({ Bucket: BUCKET, Key });

async function startUpload(input: object = {}) {
  const bucket = await startBucket();
  const { client } = bucket;
  // The source object has two segments, so that a range can contain bytes of both.
  const bytes = Buffer.concat([Buffer.alloc(5 * MIB, "abc"), Buffer.alloc(3 * MIB, "defg")]);
  const source = await uploadParts(client, [bytes.subarray(0, 5 * MIB), bytes.subarray(5 * MIB)]);
  await source.complete();
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at("copy"), ...input }));
  const upload = { ...at("copy"), UploadId };
  const copy = (PartNumber: number, change: object = {}) =>
    client.send(new UploadPartCopyCommand({ ...upload, PartNumber, CopySource: `${BUCKET}/a`, ...change }));
  return { ...bucket, bytes, upload, copy };
}

test("a copied part shares the bytes of its source object", async () => {
  const { client, dataDir, bytes, upload, copy } = await startUpload({ ChecksumAlgorithm: "SHA256" });
  const ranges = [`bytes=1-${6 * MIB}`, undefined, `bytes=${8 * MIB - 2}-${8 * MIB - 1}`];
  const Parts = [];
  for (const [index, CopySourceRange] of ranges.entries()) {
    const { CopyPartResult } = await copy(index + 1, { CopySourceRange });
    Parts.push({ PartNumber: index + 1, ETag: CopyPartResult?.ETag, ChecksumSHA256: CopyPartResult?.ChecksumSHA256 });
  }
  await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  expect(await blobsIn(dataDir)).toHaveLength(2);
  await client.send(new DeleteObjectCommand(at("a")));
  const got = await bytesOf(await client.send(new GetObjectCommand(at("copy"))));
  expect(got.equals(Buffer.concat([bytes.subarray(1, 6 * MIB + 1), bytes, bytes.subarray(-2)]))).toBe(true);
});

test("a part that is copied from an empty object is empty", async () => {
  const { client, copy } = await startUpload();
  await client.send(new PutObjectCommand({ ...at("empty"), Body: "" }));
  const { CopyPartResult } = await copy(1, { CopySource: `${BUCKET}/empty` });
  expect(CopyPartResult?.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
});

test.each([
  ["a range beyond the object", { CopySourceRange: `bytes=0-${8 * MIB}` }, "InvalidArgument"],
  ["a range backwards", { CopySourceRange: "bytes=5-4" }, "InvalidArgument"],
  ["an open range", { CopySourceRange: "bytes=5-" }, "InvalidArgument"],
  ["a missing source", { CopySource: `${BUCKET}/none` }, "NoSuchKey"],
  ["a missing bucket", { CopySource: "nowhere/a" }, "NoSuchBucket"],
  ["a missing upload", { UploadId: "none" }, "NoSuchUpload"],
  ["part number 0", { PartNumber: 0 }, "InvalidArgument"],
  ["a source that has changed", { CopySourceIfMatch: '"other"' }, "PreconditionFailed"],
])("the bucket refuses a copied part with %s, and stores nothing", async (_, change, name) => {
  const { client, upload, copy } = await startUpload();
  await expect(copy(1, change)).rejects.toMatchObject({ name });
  expect((await client.send(new ListPartsCommand(upload))).Parts ?? []).toEqual([]);
});
