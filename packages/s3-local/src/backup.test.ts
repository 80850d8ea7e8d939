import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { listBlobs, startS3Local } from "./index.ts";
import { BUCKET, CREDENTIALS, temporaryFolder } from "./testing/bucket.ts";
import { createClient } from "./testing/client.ts";
import { blobsIn } from "./testing/data-folder.ts";

async function startWithFile() {
  const dataDir = await temporaryFolder();
  const bucket = await startS3Local({ dataDir, credentials: CREDENTIALS, buckets: [BUCKET] });
  const client = createClient(bucket.endpoint);
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "file", Body: "hello" }));
  const remove = () => client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "file" }));
  return { dataDir, bucket, client, remove, close: () => bucket.close({ withinMs: 0 }) };
}

describe("a backup of a running bucket", () => {
  it("a backup includes an object that a client deletes just before the metadata copy", async () => {
    const { dataDir, bucket, client, remove, close } = await startWithFile();
    const backup = await bucket.startBackup();
    const removed = remove();
    // Each upload takes as long as the deletion, so the bucket receives the deletion before the last upload ends.
    for (let nth = 0; nth < 5; nth++) {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "empty", Body: "" }));
    }
    const copy = await backup.copyMetadata(join(dataDir, "copy.sqlite"));
    const blobs = [...listBlobs(copy)];
    expect(blobs).toMatchObject([{ leastBytes: 5 }]);
    await removed;
    expect((await stat(join(dataDir, blobs[0]?.path ?? ""))).size).toBe(5);
    await backup.end();
    await expect.poll(() => blobsIn(dataDir)).toEqual([]);
    await close();
  });

  it("a backup does not delay a deletion that arrives after the metadata copy", async () => {
    const { dataDir, bucket, remove, close } = await startWithFile();
    const backup = await bucket.startBackup();
    await backup.copyMetadata(join(dataDir, "copy.sqlite"));
    await remove();
    await backup.end();
    await close();
  });

  it("a backup deletes its metadata copy when the backup ends", async () => {
    const { dataDir, bucket, close } = await startWithFile();
    const backup = await bucket.startBackup();
    const copy = await backup.copyMetadata(join(dataDir, "missing", "copy.sqlite"));
    expect([...listBlobs(copy)]).toHaveLength(1);
    await backup.end();
    await expect(stat(copy)).rejects.toMatchObject({ code: "ENOENT" });
    await close();
  });

  it("a bucket refuses a second backup until the first backup ends", async () => {
    const { bucket, close } = await startWithFile();
    const backup = await bucket.startBackup();
    await expect(bucket.startBackup()).rejects.toThrow("Another backup is running");
    await backup.end();
    await (await bucket.startBackup()).end();
    await close();
  });

  it("a second call to end an earlier backup does not end the running backup", async () => {
    const { dataDir, bucket, remove, close } = await startWithFile();
    const earlier = await bucket.startBackup();
    await earlier.end();
    const backup = await bucket.startBackup();
    await earlier.end();
    await expect(bucket.startBackup()).rejects.toThrow("Another backup is running");
    await backup.copyMetadata(join(dataDir, "copy.sqlite"));
    await remove();
    expect(await blobsIn(dataDir)).toHaveLength(1);
    await backup.end();
    await close();
  });
});
