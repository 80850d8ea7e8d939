import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { selectProviders } from "./e2e/providers/selection.ts";
import { LongFilesFirst } from "./e2e/src/testing/long-files-first.ts";
import { canMount } from "./packages/s3-local/src/testing/can-mount.ts";

const { left } = selectProviders(process.env);
const withoutMounts = canMount() ? [] : ["**/full-disk.test.ts"];

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "e2e/src/**/*.test.ts", "e2e/providers/*.test.ts"],
    exclude: [...configDefaults.exclude, ...withoutMounts, ...left.map((name) => `e2e/providers/${name}.test.ts`)],
    globalSetup: [
      "packages/server/src/db/testing/postgres-global-setup.ts",
      "packages/server/src/db/testing/migrate-templates.ts",
      "e2e/providers/announce.ts",
      "e2e/src/testing/provide-chromium.ts",
      "e2e/src/web/testing/build-web-app.ts",
    ],
    pool: "forks",
    // Tests wait for servers and browsers about half of the time, so twice as many workers as processors keep all of them busy.
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A slow machine must not fail a test, so polling waits far longer than any test needs.
    expect: { poll: { timeout: 20_000 } },
  },
});
