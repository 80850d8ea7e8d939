import { Kysely, PostgresDialect } from "kysely";
import type { Clock } from "../../usecases/ports/index.ts";
import { assembleDatabase, type OpenDatabase } from "../database.ts";
import { postgresEngine as engine } from "../engine.ts";
import { migrate } from "../migrate.ts";
import { compileAccess } from "../queries/access.ts";
import type { Tables } from "../schema.ts";
import { createTransactions } from "../transactions.ts";
import { postgresAccessQueries } from "./access.ts";
import { createPool, kyselyPool } from "./pool.ts";
import { openPostgresUrlAudit } from "./url-audit.ts";

const DEFAULT_POOL_SIZE = 10;
const URL_POOL_SIZE = 4;
const MIGRATION_TIMEOUT_MS = 10 * 60_000;

/**
 * Opens a PostgreSQL database by its URL, and brings its schema up to date.
 * `poolSize`: connections for everything but issuing URLs, which has a few of its own; default 10.
 * Rejects with `database_unavailable` when the server can't be reached.
 */
export async function openPostgres(options: { url: string; clock: Clock; poolSize?: number }): Promise<OpenDatabase> {
  const { url, clock } = options;
  await migrateAt(url);
  const transactions = createTransactions();
  const pool = createPool({ url, maxConnections: options.poolSize ?? DEFAULT_POOL_SIZE });
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: kyselyPool(pool) }),
    plugins: [transactions.guard],
  });
  // Slow queries elsewhere must not make URLs wait for a connection.
  const urlPool = createPool({ url, maxConnections: URL_POOL_SIZE });
  const accessStatements = compileAccess(kysely, engine);
  return assembleDatabase({
    kysely,
    transactions,
    context: { engine, clock, accessStatements },
    access: postgresAccessQueries(urlPool, { db: kysely, statements: accessStatements, clock }),
    urlAudit: openPostgresUrlAudit(urlPool),
    closeOthers: () => urlPool.end(),
  });
}

// A migration, and waiting for another replica's, may take longer than any query in service: it has a connection with its own limit.
async function migrateAt(url: string): Promise<void> {
  const pool = createPool({ url, maxConnections: 1, queryTimeoutMs: MIGRATION_TIMEOUT_MS });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
  try {
    await migrate(db, engine.name);
  } finally {
    await pool.end();
  }
}
