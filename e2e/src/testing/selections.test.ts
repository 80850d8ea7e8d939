import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pathsOf, selectS3Clients } from "./selections.ts";

describe("the selection of S3 clients", () => {
  let folders: string[];
  beforeAll(async () => {
    folders = [await mkdtemp(join(tmpdir(), "valetkey-path-")), await mkdtemp(join(tmpdir(), "valetkey-path-"))];
    const [one = "", two = ""] = folders;
    for (const name of ["aws", "rclone"]) await writeFile(join(one, name), "", { mode: 0o755 });
    await writeFile(join(one, "s3cmd"), "", { mode: 0o644 });
    await writeFile(join(one, "python3"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await symlink(join(one, "rclone"), join(two, "rclone"));
    await writeFile(join(two, "aws"), "", { mode: 0o755 });
  });
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  it("a test run skips the tests for S3 clients that are not installed", () => {
    const { missing, line } = selectS3Clients({ PATH: folders.join(":") });
    expect(missing).toEqual(["s3-clients/boto3", "s3-clients/restic", "s3-clients/s3cmd"]);
    expect(line).toBe(
      "S3 clients in this run: MinIO Client SDK, AWS CLI, rclone; to add boto3 and restic and s3cmd: " +
        "apt-get install -y --no-install-recommends python3-boto3 restic s3cmd",
    );
  });

  it("a test run finds both installed versions of an S3 client", () => {
    expect(pathsOf("aws-cli", { PATH: folders.join(":") })).toHaveLength(2);
    expect(pathsOf("rclone", { PATH: folders.join(":") })).toHaveLength(1);
  });
});
