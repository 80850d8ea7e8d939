import { createTestPostgresDatabase } from "../../../../packages/server/src/testing/database/test-databases.ts";
import { type PoolMode, startPgBouncer } from "../../testing/start-pgbouncer.ts";
import type { Fault, Stage } from "../stage.ts";

/** The findings that the doctor reports for the PostgreSQL server of the tests, which does not flush its commits. */
const LOOSE = ["database-commit", "database-fsync"] as const;

/** Faults of a connection pooler. The tests of these faults need PgBouncer. */
export const poolerFaults: readonly Fault[] = [
  {
    fault: "the pooler runs in statement mode",
    setup: "PgBouncer",
    id: "pooler-statement-mode",
    arrange: (stage) => behindPgBouncer(stage, { mode: "statement", preparedStatements: 0, size: 5 }),
  },
  {
    fault: "the pooler loses names of statements",
    setup: "PgBouncer",
    id: "pooler-names",
    async arrange(stage) {
      const env = await behindPgBouncer(stage, { mode: "transaction", preparedStatements: 0, size: 5 });
      return { ...env, DATABASE_PREPARED: "on" };
    },
  },
];

/** Correct set-ups with a pooler. The doctor must find no fault except those of the PostgreSQL server of the tests. */
export const healthyPoolers: readonly { setup: string; findings: readonly string[]; arrange: Fault["arrange"] }[] = [
  {
    setup: "transaction mode, with names that PgBouncer manages",
    findings: LOOSE,
    async arrange(stage) {
      const env = await behindPgBouncer(stage, { mode: "transaction", preparedStatements: 200, size: 5 });
      return { ...env, DATABASE_PREPARED: "on" };
    },
  },
  {
    setup: "transaction mode, without names",
    findings: LOOSE,
    arrange: (stage) => behindPgBouncer(stage, { mode: "transaction", preparedStatements: 0, size: 5 }),
  },
  {
    setup: "session mode",
    findings: LOOSE,
    async arrange(stage) {
      const env = await behindPgBouncer(stage, { mode: "session", preparedStatements: 0, size: 5 });
      return { ...env, DATABASE_PREPARED: "on" };
    },
  },
];

async function behindPgBouncer({ env, add }: Stage, mode: PoolMode) {
  const database = await createTestPostgresDatabase({ migrated: true });
  add(database.remove);
  const pooler = await startPgBouncer(database.url, mode);
  add(pooler.stop);
  return { ...env, DATABASE_URL: pooler.url };
}
