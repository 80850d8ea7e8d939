import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
/** The version before, as long as no version has a tag. */
const FIRST_REVISION = "543e2cb2";
/** Each version has a tag such as `v0.1.0`. */
const TAGS = "v[0-9]*";

/**
 * Selects the test of the upgrade if the history of the repository contains the version before. `line` says whether it does, and what to do
 * otherwise.
 */
export function selectUpgrade(repository = ROOT): { missing: string[]; line: string } {
  const revision = versionBefore(repository);
  if (revision !== undefined) return { missing: [], line: `The version before in this run: ${revision}` };
  const remedy = "run git fetch --unshallow --tags in a clone of the repository";
  return { missing: ["upgrade"], line: `The version before in this run: no; to add it: ${remedy}` };
}

/** Returns the newest tag of a version before this commit, or otherwise `FIRST_REVISION`. Undefined: the history does not contain it. */
export function versionBefore(repository = ROOT): string | undefined {
  const tag = git(repository, ["describe", "--tags", "--abbrev=0", "--match", TAGS, "HEAD^"]);
  if (tag !== undefined) return tag;
  return git(repository, ["cat-file", "-e", `${FIRST_REVISION}^{commit}`]) === undefined ? undefined : FIRST_REVISION;
}

/** Returns the output of git. Undefined: git is not installed, or has failed. */
function git(repository: string, given: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", repository, ...given], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

/** Writes the source code of a revision into a new folder, with the installed dependencies of this clone. Returns its command. */
export async function checkOut(revision: string): Promise<{ command: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-version-"));
  const archive = execFileSync("git", ["-C", ROOT, "archive", revision, "packages"], { maxBuffer: 2 ** 29 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  await linkDependencies(folder);
  return {
    command: join(folder, "packages/server/src/cli.ts"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Links all dependencies, except the packages of this repository. Those are the packages of the revision. */
async function linkDependencies(folder: string): Promise<void> {
  const [installed, target] = [join(ROOT, "node_modules"), join(folder, "node_modules")];
  await mkdir(join(target, "@valetkey"), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== "@valetkey") await symlink(join(installed, name), join(target, name));
  }
  for (const name of await readdir(join(folder, "packages"))) {
    const own = join(ROOT, "packages", name, "node_modules");
    if (existsSync(own)) await symlink(own, join(folder, "packages", name, "node_modules"));
    await symlink(join(folder, "packages", name), join(target, "@valetkey", name));
  }
}
