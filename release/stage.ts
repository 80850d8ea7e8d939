import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { bundleServer } from "./bundle-server.ts";
import { publishedManifest, repositoryUrl } from "./manifest.ts";
import type { Published } from "./published.ts";

const ROOT = resolve(import.meta.dirname, "..");
const TSC = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");
/** The folder with one folder for each published package. */
export const STAGE = join(ROOT, "release/out");

/**
 * Copies the published files of a package into a new folder, and returns this folder. Compiles a library first, but does not build the
 * command. `checksTypes`: whether a type error in a library throws. Without the check, the compiler needs half of the time. Default: true.
 */
export async function stage(name: Published, { checksTypes = true } = {}): Promise<string> {
  const source = join(ROOT, "packages", name);
  const folder = join(STAGE, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await (name === "valetkey" ? stageCommand(source, folder) : stageLibrary(source, { folder, checksTypes }));
  const manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
  await writeFile(
    join(folder, "package.json"),
    `${JSON.stringify(publishedManifest(manifest, { folder: `packages/${name}`, repository: repositoryUrl() }), undefined, 2)}\n`,
  );
  await cp(join(source, "README.md"), join(folder, "README.md"));
  await cp(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  return folder;
}

async function stageCommand(source: string, folder: string): Promise<void> {
  for (const part of ["bin", "dist"]) await cp(join(source, part), join(folder, part), { recursive: true });
}

type Staging = { folder: string; checksTypes: boolean };

async function stageLibrary(source: string, { folder, checksTypes }: Staging): Promise<void> {
  const dist = join(source, "dist");
  await rm(dist, { recursive: true, force: true });
  const isServer = source.endsWith("server");
  const options = [...(checksTypes ? [] : ["--noCheck"]), ...(isServer ? ["--emitDeclarationOnly"] : [])];
  await run(process.execPath, [TSC, "-p", join(source, "tsconfig.build.json"), ...options]);
  // The published client contains its own declarations of the types of the contract, so it depends on no package.
  if (source.endsWith("client")) await run(process.execPath, [join(source, "scripts/write-wire.ts")]);
  await cp(dist, folder, { recursive: true });
  // The compiler copies no styles, and no declarations of styles.
  const styles = (await readdir(join(source, "src"))).filter((file) => /\.css(?:\.d\.ts)?$/.test(file));
  for (const file of styles) await cp(join(source, "src", file), join(folder, file));
  if (isServer) await bundleServer(folder);
}

/** Runs a command in the root folder of the repository. If the command fails, rejects with the whole output of the command. */
async function run(command: string, args: string[]): Promise<void> {
  await promisify(execFile)(command, args, { cwd: ROOT }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${command} ${args.join(" ")} failed:\n${error.stdout}\n${error.stderr}`, { cause: error });
  });
}
