import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LARGE, useClientBucket } from "./client-bucket.ts";

const bucket = useClientBucket();
const restic = (...args: string[]) =>
  bucket.run("restic", args, {
    RESTIC_REPOSITORY: `s3:${bucket.endpoint()}/files/backup`,
    RESTIC_PASSWORD: "secret",
    RESTIC_COMPRESSION: "off",
  });

it("restic init, backup, check and restore keep every byte in the built-in bucket", async () => {
  expect(await restic("init")).toMatch(/^created restic repository \w+ at s3:/);
  expect(await restic("backup", "tree")).toMatch(/^snapshot \w+ saved$/m);
  expect(await restic("check", "--read-data")).toContain("no errors were found");
  expect(await restic("restore", "latest", "--target", "restored")).toContain("Summary: Restored");
  expect((await readFile(join(bucket.home(), "restored/tree/large"))).equals(LARGE)).toBe(true);
});
