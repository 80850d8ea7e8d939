import { afterAll } from "vitest";
import { createTestPostgresDatabase } from "../../../packages/server/src/db/testing/test-databases.ts";

const made: { remove(): Promise<void> }[] = [];

// Runs after the hooks of the test file, which stop the connected services.
afterAll(async () => {
  for (const { remove } of made.splice(0)) await remove();
});

/** The environment of a service on each database, for `describe.each(databases)`. Each call makes a new database and deletes it after the file. */
export const databases: readonly { name: string; makeEnv(): Promise<Record<string, string>> }[] = [
  { name: "sqlite", makeEnv: async () => ({}) },
  {
    name: "postgres",
    async makeEnv() {
      const { url, remove } = await createTestPostgresDatabase();
      made.push({ remove });
      // Only the embedded mode makes a secret itself.
      return { DATABASE_URL: url, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" };
    },
  },
];
