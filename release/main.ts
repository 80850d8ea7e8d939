import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { repositoryUrl } from "./manifest.ts";
import { PUBLISHED, type Published } from "./published.ts";
import { STAGE, stage } from "./stage.ts";

// `npm run release` publishes all packages (docs/releasing.md). With `-- --dry-run`, the command does everything except the publication.
// With `-- --registry URL`, the command publishes to another registry, without provenance. The rehearsal uses this option.
const ROOT = resolve(import.meta.dirname, "..");
const { values } = parseArgs({
  options: { "dry-run": { type: "boolean", default: false }, registry: { type: "string" } },
});
const { "dry-run": isDryRun, registry } = values;
const run = promisify(execFile);

const version = await oneVersion();
await requireNotes(version);
if (!isDryRun && registry === undefined) {
  requireWorkflow();
  await requireCleanTree();
}
await run("npm", ["run", "build"], { cwd: ROOT });
for (const name of PUBLISHED) {
  process.stdout.write(`${name}: build … `);
  const folder = await stage(name);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", STAGE], { cwd: folder });
  const [{ filename, size, entryCount }] = JSON.parse(stdout);
  console.log(`${filename}, ${Math.ceil(size / 1024)} kB, ${entryCount} files`);
  await publish(join(STAGE, filename));
}
console.log(isDryRun ? `Nothing was published. The tarballs are in ${STAGE}.` : `Version ${version} is published.`);

/** Returns the version that all published packages have. Throws if their versions differ. */
async function oneVersion(): Promise<string> {
  const versions = new Set(await Promise.all(PUBLISHED.map(versionOf)));
  const [version, ...others] = versions;
  if (version === undefined || others.length > 0) {
    throw new Error(`The packages have different versions: ${[...versions].join(", ")}. Set one version in all.`);
  }
  return version;
}

async function versionOf(name: Published): Promise<string> {
  return JSON.parse(await readFile(join(ROOT, "packages", name, "package.json"), "utf8")).version;
}

/** Throws unless the changelog has a section for this version. A dry run and a rehearsal only print a warning. */
async function requireNotes(version: string): Promise<void> {
  const changelog = await readFile(join(ROOT, "CHANGELOG.md"), "utf8");
  if (changelog.includes(`\n## [${version}]`) || changelog.includes(`\n## ${version}`)) return;
  const problem = `CHANGELOG.md has no section "## ${version}". Rename "Unreleased".`;
  if (!isDryRun && registry === undefined) throw new Error(problem);
  console.warn(`Warning: ${problem}`);
}

/** Throws outside of a workflow, because npm refuses a package with provenance whose manifest names no repository. */
function requireWorkflow(): void {
  if (repositoryUrl() !== undefined) return;
  throw new Error(
    "GITHUB_SERVER_URL and GITHUB_REPOSITORY are not set, so this is not a workflow that npm trusts. Run the release in such a workflow (docs/releasing.md).",
  );
}

async function requireCleanTree(): Promise<void> {
  const { stdout } = await run("git", ["status", "--porcelain"], { cwd: ROOT });
  if (stdout !== "") throw new Error(`Commit or remove these changes first:\n${stdout}`);
}

/** Publishes a tarball with a signed statement about where it was built (provenance). A dry run makes no statement. */
async function publish(tarball: string): Promise<void> {
  const target = registry === undefined ? ["--provenance"] : ["--registry", registry];
  const flags = isDryRun ? ["--dry-run"] : target;
  await run("npm", ["publish", tarball, "--access", "public", ...flags]);
}
