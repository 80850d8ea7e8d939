import { afterAll } from "vitest";
import { createTestPostgresDatabase } from "../../../packages/server/src/db/testing/test-databases.ts";

export type ServiceDatabase = {
  name: string;
  /** Makes a new database, and returns the environment of a service on it. */
  makeEnv(): Promise<Record<string, string>>;
};

/** Both kinds of database, for `describe.each(useDatabases())`. Deletes the new databases after the test file. */
export function useDatabases(): readonly ServiceDatabase[] {
  const made: { remove(): Promise<void> }[] = [];
  // Runs after the hooks of each `describe`, which stop the connected services.
  afterAll(async () => {
    for (const { remove } of made.splice(0)) await remove();
  });
  return [
    { name: "sqlite", makeEnv: async () => ({}) },
    {
      name: "postgres",
      async makeEnv() {
        const { url, remove } = await createTestPostgresDatabase();
        made.push({ remove });
        // Only the embedded mode generates a secret.
        return { DATABASE_URL: url, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" };
      },
    },
  ];
}
