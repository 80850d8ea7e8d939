import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joinBuckets, objectKeyAt, placeOfKey } from "./numbered.ts";
import type { Bucket } from "./port.ts";
import { bucketOn, inspect, startEmbedded } from "./testing/bucket-server.ts";

describe("object keys with the number of a bucket", () => {
  it.each([
    [{ number: 1, key: "a/b" }, "a/b"],
    [{ number: 2, key: "a/b" }, "bucket:2/a/b"],
    [{ number: 1, key: "bucket:2/a" }, "bucket:1/bucket:2/a"],
    [{ number: 1, key: "bucket:x/a" }, "bucket:x/a"],
    [{ number: 12, key: "bucket:1/a" }, "bucket:12/bucket:1/a"],
  ])("the object %o has the key %s in the database", (place, objectKey) => {
    expect(objectKeyAt(place)).toBe(objectKey);
    expect(placeOfKey(objectKey)).toEqual(place);
  });
});

describe("two joined buckets", () => {
  let servers: Awaited<ReturnType<typeof startEmbedded>>[];
  let joined: Bucket;
  beforeAll(async () => {
    servers = [await startEmbedded(), await startEmbedded()];
    const [one, two] = servers.map((server) => bucketOn(server)) as [Bucket, Bucket];
    const buckets = [
      { number: 1, bucket: one, keyPrefix: "" },
      { number: 2, bucket: two, keyPrefix: "" },
    ] as const;
    joined = joinBuckets([...buckets], { numberForUploads: () => 1 });
  });
  // The last test stops the second server.
  afterAll(() => servers[0]?.stop());

  it("a list of two joined buckets has the objects of both in the order of their keys", async () => {
    const keys = [
      ["a", "b", "c", "x", "z"],
      ["a", "b", "m", "y"],
    ];
    for (const [nth, server] of servers.entries()) {
      for (const Key of keys[nth] ?? [])
        await inspect(server).s3.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: "text" }));
    }
    const listed: string[] = [];
    for await (const page of joined.listObjects({ pageSize: 2 }))
      listed.push(...page.map(({ objectKey }) => objectKey));
    expect(listed).toEqual([...["a", "b", "bucket:2/a", "bucket:2/b", "bucket:2/m", "bucket:2/y"], ...["c", "x", "z"]]);
  });

  it("two joined buckets delete objects of one bucket while the other bucket is down", async () => {
    await servers[1]?.stop();
    expect(await joined.delete(["a", "bucket:2/a", "bucket:3/a"])).toEqual(["a"]);
    await expect(joined.delete(["bucket:2/a"])).rejects.toMatchObject({ code: "bucket_unavailable" });
  }, 20_000);
});
