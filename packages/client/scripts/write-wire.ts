import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { declareWire } from "./declare-wire.ts";

const ROOT = resolve(import.meta.dirname, "..");
const MAKER = join(ROOT, "dist/previews/index.js");

// Replaces the compiled file `dist/wire.d.ts`, which imports the contract, by complete declarations of the types.
await writeFile(join(ROOT, "dist/wire.d.ts"), declareWire(await readFile(join(ROOT, "src/wire.ts"), "utf8")));
// The compiler renames the paths of imports, but not the path of the worker file.
await writeFile(MAKER, (await readFile(MAKER, "utf8")).replace("./drawing-worker.ts", "./drawing-worker.js"));
