import {
  GetObjectAttributesCommand,
  GetObjectTaggingCommand,
  type ObjectAttributes,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { uploadParts } from "./testing/upload.ts";

const at = { Bucket: BUCKET, Key: "a" };
const ALL: ObjectAttributes[] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
const attributes = (input: object = {}) => new GetObjectAttributesCommand({ ...at, ObjectAttributes: ALL, ...input });

describe("the attributes of an object", () => {
  test("GetObjectAttributes returns the ETag, checksum and size of an object", async () => {
    const { client } = await startBucket();
    const { ETag, ChecksumCRC32 } = await client.send(
      new PutObjectCommand({ ...at, Body: "abc", ChecksumAlgorithm: "CRC32" }),
    );
    const found = await client.send(attributes());
    expect(found).toMatchObject({
      ETag: ETag?.replaceAll('"', ""),
      Checksum: { ChecksumCRC32, ChecksumType: "FULL_OBJECT" },
      StorageClass: "STANDARD",
      ObjectSize: 3,
      LastModified: expect.any(Date),
    });
    expect(found.ObjectParts).toBeUndefined();
    const size = await client.send(attributes({ ObjectAttributes: ["ObjectSize"] }));
    expect([size.ObjectSize, size.ETag, size.Checksum]).toEqual([3, undefined, undefined]);
  });

  test("GetObjectAttributes lists the parts of a multipart object in pages", async () => {
    const { client } = await startBucket();
    const bodies = [Buffer.alloc(5 * 2 ** 20), Buffer.from("xyz")];
    const { complete, Parts } = await uploadParts(client, bodies, { ChecksumAlgorithm: "SHA256" });
    await complete();
    const [one, two] = Parts.map(({ ChecksumSHA256 }) => ChecksumSHA256);
    const first = (await client.send(attributes({ MaxParts: 1 }))).ObjectParts;
    expect(first).toMatchObject({ TotalPartsCount: 2, IsTruncated: true, MaxParts: 1, NextPartNumberMarker: "1" });
    expect(first?.Parts).toEqual([{ PartNumber: 1, Size: 5 * 2 ** 20, ChecksumSHA256: one }]);
    const next = (await client.send(attributes({ PartNumberMarker: first?.NextPartNumberMarker }))).ObjectParts;
    expect(next).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 2, Size: 3, ChecksumSHA256: two }] });
  });

  test("GetObjectAttributes refuses an unknown attribute and a missing object", async () => {
    const { client } = await startBucket();
    await expect(client.send(attributes())).rejects.toMatchObject({ name: "NoSuchKey" });
    await client.send(new PutObjectCommand({ ...at, Body: "abc" }));
    const unknown = client.send(attributes({ ObjectAttributes: ["Colour"] }));
    await expect(unknown).rejects.toMatchObject({ name: "InvalidArgument" });
  });
});

test("the tag set of an object is empty", async () => {
  const { client } = await startBucket();
  await expect(client.send(new GetObjectTaggingCommand(at))).rejects.toMatchObject({ name: "NoSuchKey" });
  await client.send(new PutObjectCommand({ ...at, Body: "abc" }));
  expect((await client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([]);
});
