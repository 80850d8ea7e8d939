import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../../..");
const OWN = "@valetkey";
const WORKING_TREE = "the working tree";

const run = promisify(execFile);

/** The previous version. `command`: the path of its `valetkey` command. `version`: its tag, or "the working tree". */
export type VersionBefore = { command: string; version: string; remove(): Promise<void> };

/**
 * Unpacks the previous version from the Git history: the latest release, or before the first release, the current sources. The previous
 * version uses the installed packages of this version.
 */
export async function unpackVersionBefore(): Promise<VersionBefore> {
  const version = await findVersion();
  const folder = await mkdtemp(join(tmpdir(), "valetkey-before-"));
  const packed =
    version === WORKING_TREE ? `git ls-files -z packages | tar -c --null -T -` : `git archive "$1" packages`;
  await run("sh", ["-c", `cd "$0" && ${packed} | tar -x -C "$2"`, ROOT, version, folder]);
  const [packages, installed] = [join(folder, "packages"), join(ROOT, "node_modules")];
  await mkdir(join(folder, "node_modules", OWN), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== OWN) await symlink(join(installed, name), join(folder, "node_modules", name));
  }
  for (const name of await readdir(packages)) {
    await symlink(join(packages, name), join(folder, "node_modules", OWN, name));
    const nested = join(ROOT, "packages", name, "node_modules");
    if (existsSync(nested)) await symlink(nested, join(packages, name, "node_modules"));
  }
  // The pages of the previous version are not tested.
  await cp(join(ROOT, "packages/web/dist"), join(packages, "web/dist"), { recursive: true });
  const command = join(packages, "server/src/cli.ts");
  return { command, version, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function findVersion(): Promise<string> {
  const tag = await git("tag", "--merged", "HEAD", "--sort=-version:refname", "--list", "v*");
  return tag === "" ? WORKING_TREE : (tag.split("\n", 1)[0] as string);
}

async function git(...args: string[]): Promise<string> {
  return (await run("git", ["-C", ROOT, ...args])).stdout.trim();
}
