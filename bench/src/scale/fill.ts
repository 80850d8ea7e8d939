import { parseArgs } from "node:util";
import { shapeOf } from "./data.ts";
import { seedScale } from "./seed.ts";

const USAGE = `Fills a new database with data of a large service.

Usage: node bench/src/scale/fill.ts TARGET [--scale 1]

  TARGET    a new SQLite file, or the postgres:// URL of an empty database
  --scale   1: 1,000,000 files and 5,000,000 events. 0.01: one hundredth of that`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: "string", default: "1" } },
});
const [target] = positionals;
if (target === undefined) {
  console.error(USAGE);
  process.exit(1);
}
const shape = shapeOf(Number(values.scale), Date.now());
await seedScale(/^postgres(ql)?:/.test(target) ? { url: target } : { file: target }, shape, console.log);
