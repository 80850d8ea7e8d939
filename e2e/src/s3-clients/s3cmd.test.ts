import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LARGE, useClientBucket } from "./client-bucket.ts";

const bucket = useClientBucket();

async function s3cmd(...args: string[]): Promise<string> {
  const { host } = new URL(bucket.endpoint());
  const options = [
    `--host=${host}`,
    `--host-bucket=${host}`,
    "--no-ssl",
    "--no-progress",
    "--multipart-chunk-size-mb=6",
  ];
  return bucket.run("s3cmd", [...options, ...args]);
}

it("s3cmd mb, put, info, get, sync and del keep every byte in the built-in bucket", async () => {
  expect(await s3cmd("mb", "s3://second")).toBe("Bucket 's3://second/' created\n");
  expect(await s3cmd("put", "tree/large", "s3://second/large")).toContain("'tree/large' -> 's3://second/large'");
  expect(await s3cmd("info", "s3://second/large")).toContain(`File size: ${LARGE.length}`);
  await s3cmd("get", "s3://second/large", "back");
  expect((await readFile(join(bucket.home(), "back"))).equals(LARGE)).toBe(true);
  expect(await s3cmd("sync", "tree/", "s3://files/tree/")).toContain(
    "'tree/sub/ä +%.txt' -> 's3://files/tree/sub/ä +%.txt'",
  );
  expect(await s3cmd("multipart", "s3://files")).not.toContain("s3://files/tree");
  expect(await s3cmd("del", "--recursive", "--force", "s3://files")).toContain("delete: 's3://files/tree/large'");
  expect(await s3cmd("ls", "--recursive", "s3://files")).toBe("");
});
