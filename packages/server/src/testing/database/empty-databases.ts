import { DatabaseSync } from "node:sqlite";
import { type Dialect, PostgresDialect } from "kysely";
import type { EngineName } from "../../platform/database/engine.ts";
import { createPool, kyselyPool } from "../../platform/database/postgres/pool.ts";
import { sqliteDialect } from "../../platform/database/sqlite/dialect.ts";
import { Mutex } from "../../platform/database/sqlite/mutex.ts";
import { createTestPostgresDatabase } from "./test-databases.ts";

type EmptyDatabases = { name: EngineName; open(): Promise<{ dialect: Dialect; remove: () => Promise<void> }> };

/** Opens databases without tables on each engine, for tests of a single migration. */
export const emptyDatabases: readonly EmptyDatabases[] = [
  {
    name: "sqlite",
    async open() {
      const dialect = sqliteDialect(new DatabaseSync(":memory:"), { writeLock: new Mutex(), patienceMs: 1_000 });
      return { dialect, remove: async () => undefined };
    },
  },
  {
    name: "postgres",
    async open() {
      const { url, remove } = await createTestPostgresDatabase();
      return { dialect: new PostgresDialect({ pool: kyselyPool(createPool({ url, maxConnections: 1 })) }), remove };
    },
  },
];
