import { createTestPostgresDatabase } from "../../../packages/server/src/db/testing/test-databases.ts";

/** What a service needs in its environment to run on either database, each time a fresh one; for `describe.each(databases)`. */
export const databases: readonly { name: string; makeEnv(): Promise<Record<string, string>> }[] = [
  { name: "sqlite", makeEnv: async () => ({}) },
  {
    name: "postgres",
    async makeEnv() {
      const { url } = await createTestPostgresDatabase();
      // Outside embedded mode the secret is the operator's.
      return { DATABASE_URL: url, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" };
    },
  },
];
