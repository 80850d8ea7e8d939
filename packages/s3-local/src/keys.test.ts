import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { BUCKET, startBucket, temporaryFolder } from "./testing/bucket.ts";
import { presignerFor, send, signing } from "./testing/http.ts";
import { bytesOf } from "./testing/streams.ts";

/** Keys that would cause errors in file systems, URL parsers, XML or SQL if the bucket did not encode them. */
const HOSTILE_KEYS = [
  ...["d", "d/e", "d/", "d//", "d//e", "/", "//", "/leading", "trailing/"],
  ...["..%2F", "%2e%2e%2f", "%00", "%", "%25", "a%2Fb", "..\\..\\x", "C:\\x"],
  ...["..", ".", "../../escape", "a/../b", "a/./b", "./", "~", "-rf", "*", "?", "#", "a?b=c", "a#b", "a&b=c", "a;b"],
  ...["a b", " leading", "trailing ", "a+b", "a%20b", "tab\there", "new\nline", "cr\rlf\r\n", "\u0001\u007f"],
  ...["é", "e\u0301", "\u{1f600}", "\ud7ff\ue000", "\ufeff", "\u202etxt.exe", "\u4e2d\u6587/\u30d5\u30a1"],
  ...["'; DROP TABLE objects; --", "%_%", '"', "<&>", "]]>", "__proto__", "constructor", "NUL", "bucket.sqlite"],
  ...["x".repeat(300), `${"y".repeat(300)}/${"z".repeat(300)}`, "k".repeat(1024), "é".repeat(512)],
];

test("objects with hostile keys stay distinct, in files inside the data folder", async () => {
  const parent = await temporaryFolder();
  const { client, dataDir } = await startBucket({ dataDir: join(parent, "deep", "data") });
  const at = (Key: string) => ({ Bucket: BUCKET, Key });
  for (const key of HOSTILE_KEYS) await client.send(new PutObjectCommand({ ...at(key), Body: key }));
  for (const key of HOSTILE_KEYS) {
    expect((await bytesOf(await client.send(new GetObjectCommand(at(key))))).toString(), key).toBe(key);
  }

  const listed = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, EncodingType: "url" }));
  const keys = listed.Contents?.map(({ Key }) => decodeURIComponent(Key ?? ""));
  expect(keys).toEqual([...HOSTILE_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));

  expect(await readdir(parent)).toEqual(["deep"]);
  expect(await readdir(dirname(dataDir))).toEqual(["data"]);
  const files = (await readdir(dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const { name, parentPath } of files) {
    if (parentPath === dataDir) expect(name).toMatch(/^(bucket\.sqlite(-wal)?|reserve)$/);
    else expect(join(parentPath, name)).toMatch(/\/blobs\/([0-9a-f]{2})\/\1[0-9a-f]{30}$/);
  }

  for (const key of HOSTILE_KEYS) await client.send(new DeleteObjectCommand(at(key)));
  expect((await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).KeyCount).toBe(0);
});

test("the objects d and d/e are independent: the deletion of one keeps the other", async () => {
  const { client } = await startBucket();
  const at = (Key: string) => ({ Bucket: BUCKET, Key });
  for (const key of ["d", "d/e", "d//"]) await client.send(new PutObjectCommand({ ...at(key), Body: key }));
  await client.send(new DeleteObjectCommand(at("d")));
  const left = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(left.Contents?.map(({ Key }) => Key)).toEqual(["d//", "d/e"]);
});

test("a request with a key that is too long or not UTF-8 returns 400", async () => {
  const { client, endpoint } = await startBucket();
  for (const key of ["k".repeat(1025), "é".repeat(513)]) {
    const put = client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: "abc" }));
    await expect(put).rejects.toMatchObject({ name: "KeyTooLongError", $metadata: { httpStatusCode: 400 } });
  }
  const { url } = presignerFor(endpoint).presignGet(signing("a"));
  for (const path of ["%ff", "%zz", "%c3"]) {
    expect((await send({ method: "GET", url: url.replace("/a?", `/${path}?`) })).code).toBe("InvalidURI");
  }
});

test("stored files are readable only for the user who runs the bucket", async () => {
  const { client, dataDir } = await startBucket({ dataDir: join(await temporaryFolder(), "data") });
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "abc" }));
  expect((await stat(dataDir)).mode & 0o077).toBe(0);
  for (const name of ["bucket.sqlite", "bucket.sqlite-wal"]) {
    expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
  }
});
