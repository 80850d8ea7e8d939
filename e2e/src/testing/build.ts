import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const LOCK = "package-lock.json";
/** The file that each build writes last, so that its existence proves a complete build. */
const BUILT = "dist/THIRD-PARTY-LICENSES.txt";
const NOT_BUILT = /^(?:dist|node_modules|testing)$|\.(?:test|suite)\.tsx?$/;
/** The builds that the tests need. The second build contains the output of the first build. */
const BUILDS = [
  {
    workspace: "packages/web",
    sources: ["packages/web", "packages/client/src", "packages/contract/src", LOCK],
  },
  {
    workspace: "packages/valetkey",
    sources: [
      "packages/valetkey/scripts",
      "packages/valetkey/src",
      "packages/client/src",
      `packages/web/${BUILT}`,
      "packages/server/src",
      "packages/s3-local/src",
      "packages/presign/src",
      "packages/contract/src",
      LOCK,
    ],
  },
];

/** Builds the web app and the command before all tests, unless the builds are newer than the sources. Throws if a build fails. */
export default function build(): void {
  for (const { workspace, sources } of BUILDS) {
    const builtAt = statSync(join(ROOT, workspace, BUILT), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (builtAt > Math.max(...sources.map((path) => changedAt(join(ROOT, path))))) continue;
    console.log(`${workspace} has changed since it was built: it is built again.`);
    // Vitest sets NODE_ENV to "test", with which the build would contain the development code of React.
    const env = { ...process.env, NODE_ENV: "production" };
    const { status, stdout, stderr } = spawnSync("npm", ["run", "build", "--workspace", workspace], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${workspace} could not be built:\n${stdout}\n${stderr}`);
  }
}

/** Returns the time of the last change to a file or folder. Ignores tests and the output of builds. */
function changedAt(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const within = readdirSync(path).filter((name) => !NOT_BUILT.test(name));
  // Each build writes to the folder `dist`, which changes the time of the package's root folder.
  const own = within.includes("package.json") ? 0 : stats.mtimeMs;
  return Math.max(own, ...within.map((name) => changedAt(join(path, name))));
}
