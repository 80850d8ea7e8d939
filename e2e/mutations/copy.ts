import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

// The name of the configuration of Vitest, a file without a type check.
const CONFIG = "mutations.config.mjs";
const REPORT = "mutations.report.json";

/** Clones the last commit of a checkout into a folder beside it, and links the installed dependencies, which are large. */
export function copyOf(checkout: string): string {
  const copy = mkdtempSync(`${checkout}-mutations-`);
  execFileSync("git", ["clone", "--quiet", "--shared", checkout, copy]);
  for (const manifest of globSync(["package.json", "{packages,e2e}/package.json", "{packages,e2e}/*/package.json"], {
    cwd: copy,
  })) {
    for (const [name, option] of [
      ["node_modules", "-al"],
      ["dist", "-a"],
    ] as const) {
      const path = join(dirname(manifest), name);
      if (existsSync(join(checkout, path))) execFileSync("cp", [option, join(checkout, path), join(copy, path)]);
    }
  }
  // The copy shares its files with the checkout, but Vitest writes to these folders.
  for (const cache of [".vite", ".cache"]) rmSync(join(copy, "node_modules", cache), { recursive: true, force: true });
  // The tests of the packages need neither a build nor a browser.
  const config = `import config from "./vitest.config.ts";
const test = config.test;
if (process.env.MUTATIONS_OF_PACKAGES === "1") {
  test.globalSetup = test.globalSetup.filter((path) => path.startsWith("packages/"));
  test.include = ["packages/*/src/**/*.test.ts"];
}
export default config;
`;
  writeFileSync(join(copy, CONFIG), config);
  return copy;
}

export function isCompiling(copy: string): boolean {
  const args = ["tsc", "--noEmit", "--incremental", "--tsBuildInfoFile", "mutations.tsbuildinfo"];
  return spawnSync("npx", args, { cwd: copy, stdio: "ignore" }).status === 0;
}

/** The first test that failed. `test`: its title, or the first line of the error if the file could not be loaded. */
export type Failed = { file: string; test: string };

type Run = { copy: string; args: readonly string[]; seconds: number; workers: number };

/** Runs Vitest until the first failure. Returns the failed test, or undefined if all tests pass. */
export async function runTests({ copy, args, seconds, workers }: Run): Promise<Failed | "timeout" | undefined> {
  const report = join(copy, REPORT);
  rmSync(report, { force: true });
  const fixed = ["--config", CONFIG, "--bail", "1", "--maxWorkers", String(workers), "--passWithNoTests"];
  const output = ["--reporter", "json", "--outputFile", REPORT];
  const env = { ...process.env, ...(args.includes("e2e") ? {} : { MUTATIONS_OF_PACKAGES: "1" }) };
  const child = spawn("npx", ["vitest", ...args, ...fixed, ...output], {
    cwd: copy,
    env,
    stdio: "ignore",
    detached: true,
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // The process group contains Vitest, its workers, and the processes that they started.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, seconds * 1000);
  const code = await ended;
  clearTimeout(timer);
  if (isLate) return "timeout";
  if (code === 0) return undefined;
  if (!existsSync(report)) throw new Error(`Vitest ended with ${code}, without a report: ${args.join(" ")}`);
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  const failed = testResults.find(({ status }) => status === "failed");
  if (failed === undefined) return { file: "unknown", test: "an error outside of the tests" };
  const test = failed.assertionResults.find(({ status }) => status === "failed")?.fullName;
  return { file: relative(copy, failed.name), test: test ?? failed.message.split("\n", 1)[0] ?? "" };
}

type Report = {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
};
