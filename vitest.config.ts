import { enableCompileCache } from "node:module";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { selectProviders } from "./e2e/providers/selection.ts";
import { selectImage } from "./e2e/src/image/selection.ts";
import { selectPgBouncer } from "./e2e/src/pgbouncer/selection.ts";
import { selectProxies } from "./e2e/src/proxies/selection.ts";
import { selectS3Clients } from "./e2e/src/s3-clients/selection.ts";
import { LongFilesFirst } from "./e2e/src/testing/long-files-first.ts";
import { canMount } from "./packages/s3-local/src/testing/can-mount.ts";

const { left } = selectProviders(process.env);
const { missing } = selectS3Clients(process.env);
const { missing: missingProxies } = selectProxies(process.env);
const { missing: missingPgBouncer } = selectPgBouncer(process.env);
const { missing: missingImage } = selectImage(process.env);
const withoutMounts = canMount() ? [] : ["**/full-disk.test.ts"];

// Tests start many processes and threads that load the same source files. With this variable, Node compiles each file only once.
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "e2e/src/**/*.test.ts", "e2e/providers/*.test.ts"],
    exclude: [
      ...configDefaults.exclude,
      ...withoutMounts,
      ...left.map((name) => `e2e/providers/${name}.test.ts`),
      ...missing.map((name) => `e2e/src/s3-clients/${name}.test.ts`),
      ...missingProxies.map((name) => `e2e/src/proxies/${name}.test.ts`),
      ...missingImage.map((name) => `e2e/src/image/${name}.test.ts`),
      ...missingPgBouncer.map((name) => `e2e/src/pgbouncer/${name}.test.ts`),
    ],
    globalSetup: [
      "packages/server/src/testing/database/postgres-global-setup.ts",
      "packages/server/src/testing/database/migrate-templates.ts",
      "e2e/providers/announce.ts",
      "e2e/src/s3-clients/announce.ts",
      "e2e/src/proxies/announce.ts",
      "e2e/src/pgbouncer/announce.ts",
      "e2e/src/image/announce.ts",
      "e2e/src/testing/provide-chromium.ts",
      "e2e/src/testing/build.ts",
      "e2e/src/web/testing/start-shared-service.ts",
    ],
    pool: "forks",
    execArgv: ["--require", resolve(import.meta.dirname, "e2e/src/testing/cheap-scrypt.cjs")],
    // The test files of one worker share the loaded modules, because loading all modules takes over a second. These modules keep no state.
    isolate: false,
    // Tests wait for servers and browsers about half of the time. So twice as many workers as processors, and one more, keep all processors
    // busy.
    maxWorkers: 2 * availableParallelism() + 1,
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A test must not fail only because the machine is slow. So `expect.poll` waits far longer than any test needs.
    expect: { poll: { timeout: 20_000 } },
  },
});
