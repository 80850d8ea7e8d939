import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { selectProviders } from "./e2e/providers/selection.ts";

const { left } = selectProviders(process.env);

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "e2e/src/**/*.test.ts", "e2e/providers/*.test.ts"],
    exclude: [...configDefaults.exclude, ...left.map((name) => `e2e/providers/${name}.test.ts`)],
    globalSetup: [
      "packages/server/src/db/testing/postgres-global-setup.ts",
      "e2e/providers/announce.ts",
      "e2e/src/testing/provide-chromium.ts",
      "e2e/src/web/testing/build-web-app.ts",
    ],
    pool: "forks",
    // Most of the time a test waits for a server or a browser; the default leaves a machine of two cores to one file at a time.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes as soon as it can; how soon that is depends on the machine, and no test is about it.
    expect: { poll: { timeout: 20_000 } },
  },
});
