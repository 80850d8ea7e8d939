import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../../..");
const BUILT = join(ROOT, "packages/web/dist/index.html");
const SOURCES = ["packages/web", "packages/client/src", "packages/contract/src", "package-lock.json"];

/** Before all tests: builds the web app unless a build is newer than its sources. Throws when the build fails. */
export default function buildWebApp(): void {
  const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtAt > Math.max(...SOURCES.map((path) => changedAt(join(ROOT, path))))) return;
  console.log("The web app has changed since it was built: it is built again.");
  // With the NODE_ENV of Vitest the build would contain the development code of React.
  const env = { ...process.env, NODE_ENV: "production" };
  const { status, stdout, stderr } = spawnSync("npm", ["run", "build"], { cwd: ROOT, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`The web app could not be built:\n${stdout}\n${stderr}`);
}

/** The time of the last change in this folder, without the output of a build. */
function changedAt(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const within = readdirSync(path).filter((name) => name !== "dist" && name !== "node_modules");
  // Each build changes the root of the package, because dist is in it.
  const own = within.includes("package.json") ? 0 : stats.mtimeMs;
  return Math.max(own, ...within.map((name) => changedAt(join(path, name))));
}
