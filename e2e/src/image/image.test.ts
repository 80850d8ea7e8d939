import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { freePort } from "../testing/free-port.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const IMAGE = "localhost/valetkey-test";
const BASES = { build: "localhost/valetkey-test-build", run: "localhost/valetkey-test-base" };
const EMAIL = "ann@example.com";
const MAX_COMPRESSED_BYTES = 80e6;
/** Low limits, because a container inside of a container may not raise the limits of its machine. */
const LIMITS = ["--ulimit", "nofile=16384:16384", "--ulimit", "nproc=16384:16384"];
const env = { ...process.env, PODMAN_IGNORE_CGROUPSV1_WARNING: "1" };

async function run(command: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd: ROOT, env, maxBuffer: 64 * 2 ** 20 })).stdout.trim();
}
const podman = (...args: string[]) => run("podman", "--runtime", "runc", ...args);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "valetkey-image-"));
  await run(join(import.meta.dirname, "make-bases.sh"), folder, BASES.build, BASES.run);
  const bases = ["--build-arg", `BUILD_BASE=${BASES.build}`, "--build-arg", `BASE=${BASES.run}`];
  await run(
    "buildah",
    "build",
    "--isolation",
    "chroot",
    "--format",
    "docker",
    ...LIMITS,
    ...bases,
    "--tag",
    IMAGE,
    ".",
  );
}, 600_000);
afterAll(async () => {
  await podman("rmi", "--force", IMAGE, BASES.build, BASES.run);
  await rm(folder, { recursive: true });
});

it("the compressed Docker image is smaller than 80 MB", async () => {
  const file = join(folder, "image.tar");
  await run("buildah", "push", IMAGE, `oci-archive:${file}`);
  expect((await stat(file)).size).toBeLessThan(MAX_COMPRESSED_BYTES);
});

it("the file compose.yaml is valid with and without PostgreSQL", async () => {
  const copy = join(folder, "compose.yaml");
  await copyFile(join(ROOT, "compose.yaml"), copy);
  const services = async (...profile: string[]) =>
    Object.keys(parse(await run("podman-compose", "--file", copy, ...profile, "config")).services);
  expect(await services()).toEqual(["valetkey"]);
  expect((await services("--profile", "postgres")).sort()).toEqual(["postgres", "valetkey"]);
});

describe("a container of the Docker image", () => {
  const volume = `valetkey-test-${process.pid}`;
  afterAll(() => podman("volume", "rm", "--force", volume));

  /** Starts a container with the restrictions of compose.yaml, and waits until its service is ready. Returns the URL of this service. */
  async function start(name: string): Promise<string> {
    const hardened = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
    const port = String(await freePort("127.0.0.1"));
    const settings = ["--network", "host", "--env", `PORT=${port}`, "--volume", `${volume}:/data`];
    await podman("run", "--detach", "--name", name, ...hardened, ...settings, IMAGE);
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(() =>
        fetch(`${url}/readyz`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
    return url;
  }

  it("a container runs without root, on a read-only file system, with persistent data", async () => {
    const first = `${volume}-1`;
    const url = await start(first);
    expect(await (await fetch(url, { headers: { accept: "text/html" } })).text()).toContain("<script");
    expect(await podman("top", first, "user")).not.toMatch(/root/);
    await podman("healthcheck", "run", first);
    await podman("exec", first, "/usr/local/bin/node", "/app/bin/valetkey.js", "user", "add", "--email", EMAIL);
    await podman("stop", "--time", "40", first);
    expect(await podman("inspect", first, "--format", "{{.State.ExitCode}}")).toBe("0");
    const second = `${volume}-2`;
    await start(second);
    const again = podman(
      "exec",
      second,
      "/usr/local/bin/node",
      "/app/bin/valetkey.js",
      "user",
      "add",
      "--email",
      EMAIL,
    );
    await expect(again).rejects.toThrow(/ann@example\.com/);
    await podman("rm", "--force", first, second);
  });
});
