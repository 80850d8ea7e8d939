import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PUBLISHED, type Published } from "../../../release/published.ts";
import { stage } from "../../../release/stage.ts";

const { resolve } = createRequire(import.meta.url);
/** The path of this repository's TypeScript compiler. The tests run the compiler without npx, which takes longer than the compiler. */
export const TSC = join(resolve("typescript/package.json"), "../bin/tsc");

type RunOptions = { cwd: string; env?: Record<string, string> };

/** Runs a command. Resolves with the standard output of the command. Rejects with the whole output if the command fails. */
export async function run(command: string, args: string[], { cwd, env: more }: RunOptions): Promise<string> {
  // Removes the variables of npm and Vitest, which the project of a user does not have.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE_ENV$)/.test(name));
  const env = { ...Object.fromEntries(inherited), ...more };
  try {
    return (await promisify(execFile)(command, args, { cwd, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

export type Project = { folder: string; remove(): Promise<void> };

/** The path of each published package's tarball, by the name of the package. */
export type Tarballs = Record<Published, string>;

export async function packPackages(folder: string): Promise<Tarballs> {
  const sources: string[] = [];
  // Skips the type check of the sources, which is part of `npm run check`.
  for (const name of PUBLISHED) sources.push(await stage(name, { checksTypes: false }));
  // One npm packs all packages, because it takes longer to start npm than to pack. npm lists the tarballs in the given order.
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder, ...sources], { cwd: folder });
  const files = (JSON.parse(packed) as { filename: string }[]).map(({ filename }) => join(folder, filename));
  return Object.fromEntries(PUBLISHED.map((name, nth) => [name, files[nth]])) as Tarballs;
}

/** Installs packages in an empty folder, as a user does. */
export async function install(packages: readonly string[]): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-project-"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await installMore({ folder }, packages);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

export async function installMore({ folder }: { folder: string }, packages: readonly string[]): Promise<void> {
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages], { cwd: folder });
}

/**
 * Returns the path of Node.js in a version such as "22.20.0", or in a major version such as "24". Installs Node.js from npm, unless the
 * tests run in this major version.
 */
export async function nodeOf(version: string): Promise<string> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const args = ["--yes", "--package", `node@${version}`, "node", "-p", "process.execPath"];
  return (await run("npx", args, { cwd: tmpdir() })).trim();
}
