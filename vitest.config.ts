import { enableCompileCache } from "node:module";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { LongFilesFirst } from "./e2e/src/testing/long-files-first.ts";
import { selectTests } from "./e2e/src/testing/selections.ts";
import { canMount } from "./packages/s3-local/src/testing/can-mount.ts";

const withoutMounts = canMount() ? [] : ["**/full-disk.test.ts"];

// Tests start many processes and threads that load the same source files. With this variable, Node.js compiles each file only once.
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "e2e/src/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...withoutMounts, ...selectTests(process.env).excluded],
    globalSetup: [
      "packages/server/src/testing/database/postgres-global-setup.ts",
      "packages/server/src/testing/database/migrate-templates.ts",
      "e2e/src/testing/announce.ts",
      "e2e/src/testing/chromium.ts",
      "e2e/src/testing/build.ts",
      "e2e/src/web/testing/service.ts",
    ],
    pool: "forks",
    execArgv: ["--require", resolve(import.meta.dirname, "e2e/src/testing/cheap-scrypt.cjs")],
    // The test files of one worker share the loaded modules, which have no state, because it takes over a second to load all modules.
    isolate: false,
    // Tests wait for servers and browsers about half of the time. With twice as many workers as processors, and one more, all processors
    // are busy.
    maxWorkers: 2 * availableParallelism() + 1,
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A slow machine alone must not make a test fail. So `expect.poll` waits far longer than any test needs.
    expect: { poll: { timeout: 20_000 } },
  },
});
