import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { selectProviders } from "./testing/provider-selection.ts";

/** The only folder in the PATH of a simulated machine with the documented version of Swift and without Ceph. */
let path: string;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "valetkey-path-"));
  for (const name of ["swift-account-server", "swift-container-server", "swift-object-server", "memcached"]) {
    await install(name, "");
  }
  await installSwift("2.35.1");
  vi.spyOn(process, "getuid").mockReturnValue(0);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(path, { recursive: true });
});

function install(name: string, script: string): Promise<void> {
  return writeFile(join(path, name), script, { mode: 0o755 });
}

/** Installs a simulated Python that prints a version, and a Swift script whose first line names this Python. */
async function installSwift(version: string): Promise<void> {
  await install("python", `#!/bin/sh\necho ${version}\n`);
  await install("swift-proxy-server", `#! ${join(path, "python")}\n`);
}

describe("the selection of S3 servers", () => {
  it("a test run includes the tests of the installed S3 servers", () => {
    const { missing, line } = selectProviders({ PATH: path });
    expect(missing).toEqual(["providers/ceph-rgw"]);
    expect(line).toMatch(
      /^S3 servers in this run: the built-in bucket, OpenStack Swift 2\.35\.1; to add Ceph RGW: apt-get install/,
    );
  });

  it("on a machine without S3 servers, a test run tests only the built-in bucket", () => {
    expect(selectProviders({ PATH: "" }).missing).toEqual(["providers/ceph-rgw", "providers/swift"]);
    expect(selectProviders({ PATH: path, PROVIDERS: "none" }).missing).toEqual([
      "providers/ceph-rgw",
      "providers/swift",
    ]);
  });

  it("a test run skips an S3 server version that docs/providers.md does not name", async () => {
    await installSwift("2.36.0");
    for (const name of ["ceph-mon", "ceph-osd", "radosgw-admin"]) await install(name, "");
    await install("radosgw", "#!/bin/sh\necho 'ceph version 18.2.7 (6b0e98) reef (stable)'\n");
    const { missing, line } = selectProviders({ PATH: path });
    expect(missing).toEqual(["providers/swift"]);
    expect(line).toBe(
      "S3 servers in this run: the built-in bucket, Ceph RGW 18.2.7; " +
        "left out: OpenStack Swift 2.36.0 (docs/providers.md tells of 2.35.1; PROVIDERS=all runs it all the same)",
    );
    const asked = selectProviders({ PATH: path, PROVIDERS: "all" });
    expect(asked.missing).toEqual([]);
    expect(asked.line).toMatch(/: the built-in bucket, Ceph RGW 18\.2\.7, OpenStack Swift 2\.36\.0$/);
    await install("radosgw", "#!/bin/sh\nexit 1\n");
    expect(selectProviders({ PATH: path }).line).toContain("left out: Ceph RGW of unknown version (");
    for (const name of ["ceph-mon", "ceph-osd", "radosgw-admin", "radosgw"]) await rm(join(path, name));
    await installSwift("2.35.1");
  });

  it("a test run includes the S3 servers that PROVIDERS names", () => {
    expect(selectProviders({ PATH: path, PROVIDERS: "swift" }).missing).toEqual(["providers/ceph-rgw"]);
    expect(() => selectProviders({ PATH: path, PROVIDERS: "all" })).toThrow(/asks for Ceph RGW.*radosgw/);
    expect(() => selectProviders({ PATH: path, PROVIDERS: "minio" })).toThrow(/"minio" is none of all, none, ceph-rgw/);
  });
});
