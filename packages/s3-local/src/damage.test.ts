import { randomBytes } from "node:crypto";
import { readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";

const KEY = "file";
const PART_BYTES = 5 * 2 ** 20;

/** Returns the paths of the blobs in a data folder, the smallest blob first. */
async function blobsOf(dataDir: string): Promise<string[]> {
  const found = await readdir(join(dataDir, "blobs"), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sized = await Promise.all(files.map(async (file) => ({ file, size: (await stat(file)).size })));
  return sized.sort((one, other) => one.size - other.size).map(({ file }) => file);
}

async function startWithObject() {
  const bucket = await startBucket({ client: { maxAttempts: 1 } });
  await bucket.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: randomBytes(1000) }));
  const [blob = ""] = await blobsOf(bucket.dataDir);
  const get = (Range?: string) =>
    bucket.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: KEY, ...(Range && { Range }) }));
  const head = () => bucket.client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: KEY }));
  return { ...bucket, blob, get, head };
}

describe("an object whose blob is damaged", () => {
  it.each([
    ["missing", (blob: string) => rm(blob)],
    ["truncated", (blob: string) => truncate(blob, 999)],
  ])("a download of an object whose blob is %s fails", async (_, damage) => {
    const { blob, get, head, failures } = await startWithObject();
    await damage(blob);
    await expect(get()).rejects.toMatchObject({ name: "InternalError", $metadata: { httpStatusCode: 500 } });
    await expect(get("bytes=990-")).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(failures).toHaveLength(3);
  });

  it("a download of a multipart object fails when a part in its middle is truncated", async () => {
    const { client, dataDir } = await startBucket({ client: { maxAttempts: 1 } });
    const place = { Bucket: BUCKET, Key: KEY };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
    const parts = [];
    for (const [index, sizeBytes] of [PART_BYTES + 1, PART_BYTES, PART_BYTES + 2].entries()) {
      const part = { ...place, UploadId, PartNumber: index + 1 };
      const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: randomBytes(sizeBytes) }));
      parts.push({ ETag, PartNumber: index + 1 });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts: parts } }));
    const [middle = ""] = await blobsOf(dataDir);
    await truncate(middle, PART_BYTES - 1);
    await expect(client.send(new HeadObjectCommand(place))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 500 },
    });
    const { Body } = await client.send(new GetObjectCommand({ ...place, PartNumber: 1 }));
    expect(await Body?.transformToByteArray()).toHaveLength(PART_BYTES + 1);
  });
});
