import { afterAll } from "vitest";
import { createTestPostgresDatabase } from "../../../packages/server/src/db/testing/test-databases.ts";

const made: { remove(): Promise<void> }[] = [];

// After the test file's own hooks, which stop the services that are connected.
afterAll(async () => {
  for (const { remove } of made.splice(0)) await remove();
});

/** What a service needs in its environment to run on either database, each time a fresh one, which goes when the test file is through; for `describe.each(databases)`. */
export const databases: readonly { name: string; makeEnv(): Promise<Record<string, string>> }[] = [
  { name: "sqlite", makeEnv: async () => ({}) },
  {
    name: "postgres",
    async makeEnv() {
      const { url, remove } = await createTestPostgresDatabase();
      made.push({ remove });
      // Outside embedded mode the secret is the operator's.
      return { DATABASE_URL: url, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" };
    },
  },
];
