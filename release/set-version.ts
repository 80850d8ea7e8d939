import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PUBLISHED } from "./published.ts";

// `npm run release:version X.Y.Z` gives all published packages the same version, and updates the dependencies between them.
const ROOT = resolve(import.meta.dirname, "..");
const FOLDERS = [
  ".",
  ...PUBLISHED.map((name) => `packages/${name}`),
  "packages/web",
  "bench",
  "examples",
  "examples/next",
];
const KINDS = ["dependencies", "devDependencies", "peerDependencies"];
const [version = ""] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?$/.test(version)) {
  throw new Error(`"${version}" is not a version such as 0.1.1. Run: npm run release:version 0.1.1`);
}

for (const folder of FOLDERS) {
  const path = join(ROOT, folder, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  if (manifest.version !== undefined) manifest.version = version;
  for (const kind of KINDS) {
    for (const [name, range] of Object.entries<string>(manifest[kind] ?? {})) {
      if (name.startsWith("@valetkey/") && range.startsWith("^")) manifest[kind][name] = `^${version}`;
    }
  }
  writeFileSync(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], {
  cwd: ROOT,
  stdio: "inherit",
});
console.log(`All packages have the version ${version}. Now write its section in CHANGELOG.md, and commit.`);
