import { execFileSync } from "node:child_process";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { declareWire } from "./declare-wire.ts";

// `npm run build -w packages/client` makes dist/, and `npm publish packages/client/dist` publishes it.
// The repository runs the sources. The package contains JavaScript and declarations without dependencies.
const ROOT = resolve(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

await rm(DIST, { recursive: true, force: true });
const tsc = createRequire(import.meta.url)
  .resolve("typescript/package.json")
  .replace("package.json", "bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(ROOT, "tsconfig.build.json")], { stdio: "inherit" });
const wire = await readFile(join(ROOT, "src/wire.ts"), "utf8");
await writeFile(join(DIST, "wire.d.ts"), declareWire(wire));
await writeFile(join(DIST, "package.json"), `${JSON.stringify(await describePackage(), undefined, 2)}\n`);
await copyFile(join(ROOT, "../../docs/client.md"), join(DIST, "README.md"));
await copyFile(join(ROOT, "../../LICENSE"), join(DIST, "LICENSE"));

/** The package.json of the published package. */
async function describePackage() {
  const { name, version, description, license, type, engines, sideEffects } = JSON.parse(
    await readFile(join(ROOT, "package.json"), "utf8"),
  );
  const entry = (file: string) => ({ types: `./${file}.d.ts`, default: `./${file}.js` });
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    sideEffects,
    exports: { ".": entry("index"), "./node": entry("node"), "./package.json": "./package.json" },
  };
}
