import { afterAll } from "vitest";
import { createTestPostgresDatabase } from "../../../packages/server/src/testing/database/test-databases.ts";

export type ServiceDatabase = {
  name: string;
  /** Makes a new database for a test. Returns the environment variables for a service with this database. */
  makeEnv(): Promise<Record<string, string>>;
};

/**
 * Returns SQLite and PostgreSQL as databases for `describe.each(useDatabases())`. Deletes all new databases after the test file.
 * `migrated`: whether a new PostgreSQL database has the current schema. For SQLite, the place of the service decides this.
 */
export function useDatabases({ migrated } = { migrated: true }): readonly ServiceDatabase[] {
  const made: { remove(): Promise<void> }[] = [];
  // This hook runs after the hooks of each `describe`, when all services have stopped.
  afterAll(async () => {
    for (const { remove } of made.splice(0)) await remove();
  });
  return [
    { name: "sqlite", makeEnv: async () => ({}) },
    {
      name: "postgres",
      async makeEnv() {
        const { url, remove } = await createTestPostgresDatabase({ migrated });
        made.push({ remove });
        // On PostgreSQL, the service does not generate a secret.
        return { DATABASE_URL: url, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" };
      },
    },
  ];
}
