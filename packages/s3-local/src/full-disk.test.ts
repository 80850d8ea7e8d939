import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { mountFragileDisk, mountSmallDisk } from "./testing/small-disk.ts";

const OBJECT_BYTES = 100_000;

const put = (client: S3Client, key: string, bytes: Uint8Array) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: bytes }));
const remove = (client: S3Client, key: string) => client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));

/** Stores objects until the disk is full. Returns the stored objects, and the error for the object that the bucket refused. */
async function fill(client: S3Client) {
  const stored = new Map<string, Buffer>();
  for (let nth = 0; ; nth++) {
    const bytes = randomBytes(OBJECT_BYTES);
    try {
      await put(client, `key-${nth}`, bytes);
    } catch (error) {
      return { stored, error };
    }
    stored.set(`key-${nth}`, bytes);
  }
}

function takeRest(dataDir: string): void {
  try {
    for (;;) appendFileSync(join(dataDir, "ballast"), Buffer.alloc(1024));
  } catch {}
}

// A bucket reserves 4 MiB of its disk, so a disk of 6 MiB has 2 MiB for objects.
describe("a bucket on a full disk", () => {
  it("the bucket returns 507 for an upload when the disk is full", async () => {
    const { client } = await startBucket({ dataDir: await mountSmallDisk({ mebibytes: 6 }) });
    const { error } = await fill(client);
    expect(error).toMatchObject({ name: "InsufficientStorage", $metadata: { httpStatusCode: 507 } });
  });

  it("a bucket on a full disk accepts uploads again after deletions of objects", async () => {
    const { client, dataDir } = await startBucket({ dataDir: await mountSmallDisk({ mebibytes: 6 }) });
    const { stored } = await fill(client);
    takeRest(dataDir);
    expect(stored.size).toBeGreaterThan(5);
    const removed = [...stored.keys()].slice(0, 4);
    for (const key of removed) await remove(client, key);
    await expect.poll(() => put(client, "new", randomBytes(OBJECT_BYTES))).toBeDefined();
    for (const key of removed) stored.delete(key);
    for (const [key, bytes] of stored) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(bytes);
    }
  });

  it("a bucket writes its reserve file again when the disk has space again", async () => {
    const { client, dataDir } = await startBucket({ dataDir: await mountSmallDisk({ mebibytes: 6 }) });
    const reserveBytes = async () => (await stat(join(dataDir, "reserve"))).size;
    expect(await reserveBytes()).toBe(4 * 2 ** 20);
    const { stored } = await fill(client);
    for (const key of stored.keys()) await remove(client, key);
    await expect.poll(() => reserveBytes()).toBe(4 * 2 ** 20);
  });
});

describe("a bucket on a disk that becomes read-only", () => {
  it("the error of a bucket on a read-only disk names the fault and the remedy", async () => {
    const disk = mountFragileDisk();
    const { client } = await startBucket({ dataDir: disk.folder });
    disk.break();
    await expect(put(client, "late", randomBytes(OBJECT_BYTES))).rejects.toMatchObject({
      name: "StorageNotWritable",
      message: "The disk of the bucket is read-only or damaged. Check the disk, and mount it for writing.",
    });
  });
});
