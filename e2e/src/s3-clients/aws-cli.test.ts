import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pathsOf } from "../testing/selections.ts";
import { LARGE, SMALL, useClientBucket } from "./client-bucket.ts";

describe.each(pathsOf("aws-cli", process.env))("%s on the built-in bucket", (aws) => {
  const bucket = useClientBucket();
  const run = (...args: string[]) => bucket.run(aws, args);

  it("the AWS CLI sync, cp, ls, presign and rm keep every byte in the built-in bucket", async () => {
    const synced = await run("s3", "sync", "tree", "s3://files/tree", "--no-progress");
    expect(synced.split("\n").filter(Boolean).sort()).toEqual([
      "upload: tree/large to s3://files/tree/large",
      "upload: tree/sub/ä +%.txt to s3://files/tree/sub/ä +%.txt",
    ]);
    const copied = await run("s3", "cp", "s3://files/tree/large", "s3://files/copy", "--no-progress");
    expect(copied).toBe("copy: s3://files/tree/large to s3://files/copy\n");
    await run("s3", "cp", "s3://files/copy", "back", "--no-progress");
    expect((await readFile(join(bucket.home(), "back"))).equals(LARGE)).toBe(true);
    const listed = await run("s3", "ls", "s3://files", "--recursive");
    expect(listed.match(/\d+ (copy|tree\/.*)$/gm)).toEqual([
      `${LARGE.length} copy`,
      `${LARGE.length} tree/large`,
      `${SMALL.length} tree/sub/ä +%.txt`,
    ]);
    const url = (await run("s3", "presign", "s3://files/tree/sub/ä +%.txt")).trim();
    expect(await (await fetch(url)).text()).toBe(SMALL.toString());
    const removed = await run("s3", "rm", "s3://files", "--recursive");
    expect(removed.split("\n").filter(Boolean)).toHaveLength(3);
  });
});
