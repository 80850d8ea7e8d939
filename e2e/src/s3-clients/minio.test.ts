import { Client } from "minio";
import { expect, it } from "vitest";
import { LARGE, SMALL, useClientBucket } from "./client-bucket.ts";

const bucket = useClientBucket();

it("the MinIO Client SDK puts, lists, copies, reads and removes an object of the built-in bucket", async () => {
  const { hostname, port } = new URL(bucket.endpoint());
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = bucket.credentials;
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey,
    secretKey,
    partSize: 6 * 2 ** 20,
  });
  await client.putObject("files", "large", LARGE, undefined, { "x-amz-meta-colour": "red" });
  expect(await client.statObject("files", "large")).toMatchObject({ size: LARGE.length, metaData: { colour: "red" } });
  const read = Buffer.concat(await (await client.getObject("files", "large")).toArray());
  expect(read.equals(LARGE)).toBe(true);
  expect(await client.getObjectTagging("files", "large")).toEqual([]);
  const url = await client.presignedPutObject("files", "sub/ä +%.txt", 60);
  expect((await fetch(url, { method: "PUT", body: SMALL })).status).toBe(200);
  const keys = async (prefix: string) =>
    (await client.listObjectsV2("files", prefix, false).toArray()).map(({ name, prefix }) => name ?? prefix);
  expect(await keys("")).toEqual(["large", "sub/"]);
  await client.removeObjects("files", ["large", "sub/ä +%.txt"]);
  expect(await keys("")).toEqual([]);
});
