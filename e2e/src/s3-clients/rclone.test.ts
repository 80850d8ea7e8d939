import { expect, it } from "vitest";
import { useClientBucket } from "./client-bucket.ts";

const bucket = useClientBucket();
const rclone = (...args: string[]) =>
  bucket.run("rclone", args, {
    RCLONE_CONFIG: "/dev/null",
    RCLONE_CONFIG_EMBEDDED_TYPE: "s3",
    RCLONE_CONFIG_EMBEDDED_PROVIDER: "Other",
    RCLONE_CONFIG_EMBEDDED_ENV_AUTH: "true",
    RCLONE_CONFIG_EMBEDDED_ENDPOINT: bucket.endpoint(),
    RCLONE_S3_UPLOAD_CUTOFF: "6M",
    RCLONE_S3_CHUNK_SIZE: "6M",
  });

it("rclone copy, check, moveto and delete keep every byte in the built-in bucket", async () => {
  expect(await rclone("copy", "tree", "embedded:files/tree", "-v")).toContain("large: Copied (new)");
  expect(await rclone("check", "--download", "tree", "embedded:files/tree")).toContain("0 differences found");
  expect(await rclone("moveto", "embedded:files/tree/large", "embedded:files/moved", "-v")).toContain("Copied");
  expect((await rclone("lsf", "-R", "--files-only", "embedded:files")).split("\n").sort()).toEqual([
    "",
    "moved",
    "tree/sub/ä +%.txt",
  ]);
  await rclone("cleanup", "embedded:files");
  await rclone("delete", "embedded:files");
  expect(await rclone("lsf", "embedded:files")).toBe("");
});
