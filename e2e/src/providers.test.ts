import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { selectProviders } from "../providers/selection.ts";

/** A machine with Swift installed, and nothing of Ceph. */
let path: string;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "valetkey-path-"));
  for (const name of ["swift-proxy-server", "swift-account-server", "swift-container-server", "swift-object-server"]) {
    await writeFile(join(path, name), "", { mode: 0o755 });
  }
  await writeFile(join(path, "memcached"), "", { mode: 0o755 });
  vi.spyOn(process, "getuid").mockReturnValue(0);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(path, { recursive: true });
});

describe("which S3 servers a test run is on", () => {
  it("those that are installed, and one line says so and how to add the others", () => {
    const { left, line } = selectProviders({ PATH: path });
    expect(left).toEqual(["ceph-rgw"]);
    expect(line).toMatch(
      /^S3 servers in this run: the embedded bucket, OpenStack Swift; to add Ceph RGW: apt-get install/,
    );
  });

  it("only the embedded bucket on a bare machine, or when that is asked for", () => {
    expect(selectProviders({ PATH: "" }).left).toEqual(["ceph-rgw", "swift"]);
    expect(selectProviders({ PATH: path, PROVIDERS: "none" }).left).toEqual(["ceph-rgw", "swift"]);
  });

  it("those that are named; what can't run is an error, not a gap", () => {
    expect(selectProviders({ PATH: path, PROVIDERS: "swift" }).left).toEqual(["ceph-rgw"]);
    expect(() => selectProviders({ PATH: path, PROVIDERS: "all" })).toThrow(/asks for Ceph RGW.*radosgw/);
    expect(() => selectProviders({ PATH: path, PROVIDERS: "minio" })).toThrow(/"minio" is none of all, none, ceph-rgw/);
  });
});
