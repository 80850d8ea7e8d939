import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { declareWire } from "./declare-wire.ts";

// Replaces the compiled file `dist/wire.d.ts`, which imports the contract, by complete declarations of the types.
const ROOT = resolve(import.meta.dirname, "..");

await writeFile(join(ROOT, "dist/wire.d.ts"), declareWire(await readFile(join(ROOT, "src/wire.ts"), "utf8")));
