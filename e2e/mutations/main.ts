import { appendFileSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { candidatesIn, drawn, type Mutation } from "./candidates.ts";
import { copyOf, isCompiling, runTests } from "./copy.ts";

// Measures how many random faults in the source code the tests find: `node e2e/mutations/main.ts [CHECKOUT] --count 200 --seed 1 --out
// results.jsonl`. The checkout can be another version with installed dependencies. Only the last commit of the checkout is tested.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "mutations.jsonl" },
    /** The time limit of one run of tests, in seconds. */
    seconds: { type: "string", default: "300" },
    workers: { type: "string", default: "2" },
    /** Whether to run all tests of the service on the mutations that the tests of the packages do not find. */
    e2e: { type: "boolean", default: false },
  },
});

const SOURCES = "packages/{server,presign,s3-local,client}/src/**/*.ts";
const NOT_SHIPPED = /\.(?:test|suite|child)\.ts$|\/testing[/.]/;

const copy = copyOf(resolve(positionals[0] ?? "."));
if (!isCompiling(copy)) throw new Error(`${copy} does not compile without a mutation`);
const options = { copy, seconds: Number(values.seconds), workers: Number(values.workers) };
/** Whether each test file passes without a mutation. A test that fails without a mutation finds no fault. */
const passing = new Map<string, boolean>();
const sources = globSync(SOURCES, { cwd: copy })
  .filter((path) => !NOT_SHIPPED.test(path))
  .toSorted();
const candidates = sources.flatMap((file) => candidatesIn(file, readFileSync(join(copy, file), "utf8")));
console.log(`${candidates.length} possible mutations in ${sources.length} files of ${copy}`);
const counts: Record<string, number> = {};
let tried = 0;
try {
  for (const mutation of drawn(candidates, Number(values.seed))) {
    if (tried === Number(values.count)) break;
    const startedAt = performance.now();
    const result = await resultOf(mutation);
    if (result === undefined) continue;
    tried += 1;
    counts[result.result] = (counts[result.result] ?? 0) + 1;
    const { kind, file, line, before, text } = mutation;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const shown = JSON.stringify({ file, line, kind, before, after: text, ...result, seconds });
    appendFileSync(values.out, `${shown}\n`);
    console.log(shown);
  }
  console.log(JSON.stringify({ tried, ...counts }));
} finally {
  rmSync(copy, { recursive: true, force: true });
}

type Result = { result: "killed" | "timeout"; by: string } | { result: "survived" };

/** Applies a mutation, runs the tests, and restores the file. Returns undefined if the mutation does not compile. */
async function resultOf(mutation: Mutation): Promise<Result | undefined> {
  const path = join(copy, mutation.file);
  const source = readFileSync(path, "utf8");
  const mutated = source.slice(0, mutation.start) + mutation.text + source.slice(mutation.end);
  writeFileSync(path, mutated);
  try {
    if (!isCompiling(copy)) return undefined;
    const broken: string[] = [];
    const stages = stagesOf(mutation.file);
    for (let stage = stages.shift(); stage !== undefined; ) {
      const failed = await runTests({ ...options, args: [...stage, ...broken.flatMap((name) => ["--exclude", name])] });
      if (failed === "timeout") return { result: "timeout", by: stage.join(" ") };
      if (failed === undefined) stage = stages.shift();
      else {
        writeFileSync(path, source);
        if (await isPassing(failed.file)) return { result: "killed", by: `${failed.file} > ${failed.test}` };
        broken.push(failed.file);
        writeFileSync(path, mutated);
      }
    }
    return { result: "survived" };
  } finally {
    writeFileSync(path, source);
  }
}

/**
 * Returns the arguments of the runs of Vitest: first the test of this file, then the tests of its folder, and then all tests that load it.
 */
function stagesOf(file: string): string[][] {
  const folder = file.slice(0, file.lastIndexOf("/"));
  const beside = globSync([file.replace(/\.ts$/, "{.test,-*.test}.ts"), `${folder}/*.test.ts`], { cwd: copy });
  return [
    ...(beside.length > 0 ? [["run", ...beside]] : []),
    ["related", "--run", file],
    ...(values.e2e ? [["run", "e2e"]] : []),
  ];
}

async function isPassing(file: string): Promise<boolean> {
  const known = passing.get(file);
  if (known !== undefined) return known;
  const found = (await runTests({ ...options, args: ["run", file] })) === undefined;
  passing.set(file, found);
  return found;
}
