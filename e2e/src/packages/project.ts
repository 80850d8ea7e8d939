import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PUBLISHED, type Published } from "../../../release/published.ts";
import { stage } from "../../../release/stage.ts";

/** The TypeScript compiler of the repository. */
export const TSC = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");

/** Runs a command to its end. Rejects with its whole output when it fails. */
export async function run(command: string, args: string[], { cwd }: { cwd: string }): Promise<string> {
  // A project of a user has no setting of this repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
  try {
    return (await promisify(execFile)(command, args, { cwd, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

export type Project = { folder: string; remove(): Promise<void> };

/** The path of the tarball of each published package. */
export type Tarballs = Record<Published, string>;

/** Packs all published packages into a folder. */
export async function packPackages(folder: string): Promise<Tarballs> {
  const tarballs: Partial<Tarballs> = {};
  for (const name of PUBLISHED) {
    const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: await stage(name) });
    tarballs[name] = join(folder, JSON.parse(packed)[0].filename);
  }
  return tarballs as Tarballs;
}

/** Installs packages in an empty folder, as a user does. */
export async function install(packages: readonly string[]): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-project-"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await run("npm", ["install", "--no-audit", "--no-fund", ...packages], { cwd: folder });
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

/** The path of the newest Node of a major version, from npm. */
export async function nodeOf(major: number): Promise<string> {
  const args = ["--yes", "--package", `node@${major}`, "node", "-p", "process.execPath"];
  return (await run("npx", args, { cwd: tmpdir() })).trim();
}
