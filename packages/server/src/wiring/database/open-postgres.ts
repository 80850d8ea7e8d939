import { Kysely, PostgresDialect, type SqlBool, sql } from "kysely";
import pg from "pg";
import { postgresAccessQueries } from "../../features/access/postgres.ts";
import { compileAccess } from "../../features/access/queries.ts";
import { openPostgresUrlAudit } from "../../features/audit/queries.ts";
import {
  compileLookups,
  type LookupStatement,
  type Lookups,
  lookupsOn,
  lookupValues,
  type Matches,
} from "../../features/people/lookup-queries.ts";
import { compileUploads, uploadSteps } from "../../features/uploads/queries/uploads.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Batching, createBatching } from "../../platform/database/batching.ts";
import type { RunStatement } from "../../platform/database/compile-statement.ts";
import {
  type DatabaseUser,
  type Engine,
  postgresEngine as engine,
  engineFor,
  postgresEngine,
} from "../../platform/database/engine.ts";
import { takeTurn } from "../../platform/database/lanes.ts";
import { migrate } from "../../platform/database/migrate.ts";
import type { Migrations } from "../../platform/database/migrations/index.ts";
import { isNotWritable, NOT_WRITABLE, retryConflicts } from "../../platform/database/postgres/errors.ts";
import { hostsOf } from "../../platform/database/postgres/hosts.ts";
import { hasNamedStatements, NO_SCHEMAS, requireSchema, withSchema } from "../../platform/database/postgres/opening.ts";
import {
  createPool,
  createPostgresSearch,
  createStatementNames,
  DEFAULT_POOL_SIZE,
  EMBEDDING_LOCK_TIMEOUT_MS,
  kyselyPool,
  noNames,
  URL_POOL_SIZE,
} from "../../platform/database/postgres/pool.ts";
import { createPrimary, NoPrimary, NotPrimary, type Primary } from "../../platform/database/postgres/primary.ts";
import { pipelineOn, type RunNamed, runOn, statementsOn } from "../../platform/database/postgres/statements.ts";
import { createTransactions, type Database, type PoolState, SEARCH_LIMIT_MS } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { DomainError } from "../../platform/errors.ts";
import { nameOptions, type OptionOf } from "../../platform/text/option-names.ts";
import { isStorableText } from "../../platform/text/readable-text.ts";
import { assembleDatabase, queriesOn } from "./database.ts";
import type { PlainDatabase } from "./open-plain.ts";
import { type Application, ownerOf } from "./owner.ts";

const MIGRATION_TIMEOUT_MS = 10 * 60_000;
/** The time limit of the first queries, in milliseconds. Behind a pooler, they wait while other replicas migrate on all connections. */
const CHECK_TIMEOUT_MS = 30_000;
// SQLSTATE codes: a wrong user or password, or a database that does not exist.
const BAD_LOGIN = /^28|^3D000$/;
// PgBouncer has no error code for these two errors, so the service compares the text.
const STATEMENT_MODE = /statement pooling mode/;
const REFUSED_OPTIONS = /unsupported startup parameter/;

type Options = {
  url: string;
  clock: Clock;
  schema?: string | undefined;
  poolSize?: number;
  prepared?: "auto" | "on" | "off";
  migrations?: Migrations | undefined;
  usedBy?: DatabaseUser | undefined;
  application?: Application | undefined;
  onMove?: (host: string) => void;
  optionOf?: OptionOf | undefined;
};

/**
 * Opens a PostgreSQL database by its URL, and migrates its schema. `schema`: the schema for all tables. A missing schema is created.
 * Default: the schema of the connection. `poolSize`: the number of connections, without the separate pool for lookups and the issue of
 * URLs. Default: 10. `migrations`: default: the migrations of this version. `usedBy`: default: the service. `application`: the application
 * that owns the database. Default: the owner is not checked. `onMove`: gets the host and port of each new primary, if the URL has several
 * hosts. `optionOf`: the names of settings in error texts. `prepared`: whether statements have names, so that PostgreSQL parses them only
 * once. Default: auto, which uses names if they work. Rejects with `database_unavailable` if the server is unreachable, refuses
 * transactions, or refuses a migration.
 */
export async function openPostgres(options: Options): Promise<Database> {
  const { clock, schema, usedBy = "service" } = options;
  const engine = engineFor("postgres", usedBy);
  const url = schema === undefined ? options.url : withSchema(options.url, schema);
  const primary = createPrimary(url);
  primary.onMove((moved) => options.onMove?.(new URL(moved).host));
  const prepared = await checkConnection(primary, { ...options, url });
  await migrateAt(primary, { ...options, engine });
  const transactions = createTransactions({ retry: retryConflicts, takeTurn });
  const pool = createPool({
    primary,
    maxConnections: options.poolSize ?? DEFAULT_POOL_SIZE,
    // Only an embedding has a schema and a lock timeout. A pooler that refuses this startup parameter also refuses a schema.
    lockTimeoutMs: schema === undefined ? undefined : EMBEDDING_LOCK_TIMEOUT_MS,
  });
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: kyselyPool(pool, prepared ? createStatementNames() : noNames) }),
    plugins: [transactions.guard],
  });
  // Lookups and the issue of URLs have separate connections, so slow queries do not delay them.
  const urlPool = createPool({ primary, maxConnections: URL_POOL_SIZE });
  const runStatement = statementsOn(urlPool, { prepared });
  return assembleDatabase({
    kysely,
    transactions,
    engine,
    clock,
    search: createPostgresSearch(kysely, { limitMs: SEARCH_LIMIT_MS }),
    access: postgresAccessQueries(runStatement, {
      db: kysely,
      engine,
      statements: compileAccess(kysely, engine),
      clock,
    }),
    lookups: postgresLookups(runStatement, { db: kysely, clock }),
    uploadSteps: uploadSteps(compileUploads(kysely, engine), pipelineOn(pool, { prepared })),
    urlAudit: openPostgresUrlAudit(runStatement),
    pools: () => [stateOf(pool, "general"), stateOf(urlPool, "urls")],
    closeOthers: () => urlPool.end(),
  });
}

function stateOf({ totalCount, idleCount, waitingCount }: pg.Pool, name: string): PoolState {
  return { name, idle: idleCount, busy: totalCount - idleCount, waiting: waitingCount };
}

/** Returns whether statements can have names. Uses its own connection, because the time limit for migrations is much longer. */
async function checkConnection(
  primary: Primary,
  { url, schema, prepared = "auto", optionOf = {} }: Options,
): Promise<boolean> {
  const pool = createPool({ primary, maxConnections: 1, queryTimeoutMs: CHECK_TIMEOUT_MS });
  try {
    const client = await pool.connect();
    try {
      await client.query("begin");
      if (schema !== undefined) await requireSchema(client, schema);
      const hasNames = prepared === "auto" ? await hasNamedStatements(client) : prepared === "on";
      await client.query("rollback");
      return hasNames;
    } finally {
      client.release(true);
    }
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError(
      "database_unavailable",
      `PostgreSQL at ${hostsOf(url)} ${nameOptions(faultOf(cause), optionOf)}`,
      { cause },
    );
  } finally {
    await pool.end();
  }
}

function faultOf(error: unknown): string {
  if (error instanceof pg.DatabaseError && BAD_LOGIN.test(error.code ?? "")) {
    return "refuses the connection. Correct the user, the password and the database in DATABASE_URL.";
  }
  if (isNotWritable(error)) return NOT_WRITABLE;
  if (error instanceof NotPrimary) return "is a standby, or read-only. Set the host in DATABASE_URL to the primary.";
  if (error instanceof NoPrimary) return "has no primary. Start a primary, or correct DATABASE_URL.";
  if (error instanceof Error && STATEMENT_MODE.test(error.message)) {
    return "is PgBouncer in statement mode, which refuses transactions. Set pool_mode = transaction in its configuration.";
  }
  if (error instanceof Error && REFUSED_OPTIONS.test(error.message)) return `is ${NO_SCHEMAS}`;
  return "can't be reached. Start it, or correct DATABASE_URL.";
}

// A migration can take longer than any other query, and may wait for the migration of another replica. So its time limit is long.
async function migrateAt(
  primary: Primary,
  { engine, application, clock, schema, migrations, usedBy }: Options & { engine: Engine },
): Promise<void> {
  const pool = createPool({ primary, maxConnections: 1, queryTimeoutMs: MIGRATION_TIMEOUT_MS });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
  try {
    const own = ownerOf(application, { engine, clock });
    await retryConflicts(() => migrate(db, engine.name, { schema, migrations, usedBy, own }));
  } finally {
    await pool.end();
  }
}

const MAX_BATCH_KEYS = 200;
const MAX_RUNNING = 2;

type Key = readonly string[];
type Rows = Map<string, readonly unknown[]>;

/**
 * Returns the lookups on PostgreSQL. Lookups in the same turn of the event loop share one statement, as access decisions do
 * (features/access/postgres.ts). Lookups that arrive while other statements run also share one statement. The statement starts after the
 * calls of all its lookups, so each lookup sees everything that was committed before its call.
 */
export function postgresLookups(runNamed: RunNamed, { db, clock }: { db: Kysely<Tables>; clock: Clock }): Lookups {
  const statements = compileLookups(db, { engine, matches: areAmong, rows: "many" });
  const run = runOn(runNamed);
  const batchings = new Map(
    Object.values(statements).map((statement) => [statement, batchingOf(statement, { run, clock })]),
  );
  return lookupsOn(statements, async (statement, key) => {
    // If PostgreSQL can't read a key as text, the whole batch would fail. In an embedding, the keys contain ids of the application.
    if (!key.every(isStorableText)) return undefined;
    return (await batchings.get(statement)?.add(key))?.get(nameOf(key));
  });
}

/**
 * Builds a condition: the value of each column must be in the list of this column. If a key has two columns, the statement can also return
 * rows of other keys, which the caller ignores. With a condition on pairs of texts, PostgreSQL could choose a plan that reads the whole
 * table.
 */
const areAmong: Matches = (columns, keys) => {
  const conditions = columns.map((column, nth) => postgresEngine.isIn(column, keys[nth]));
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
};

function batchingOf(
  statement: LookupStatement,
  { run, clock }: { run: RunStatement; clock: Clock },
): Batching<Key, Rows> {
  return createBatching({
    async run(keys: Key[]) {
      // Each text occurs only once in its list. PostgreSQL expects to read every combination of the lists, so with longer lists it would
      // read the whole table.
      const lists = (keys[0] ?? []).map((_, nth) => [...new Set(keys.map((key) => key[nth]))]);
      const rows = await run(statement, lookupValues(statement, lists, clock()));
      return new Map(rows.map((row) => [nameOf(row.slice(0, lists.length)), row]));
    },
    maxBatchItems: MAX_BATCH_KEYS,
    maxRunning: MAX_RUNNING,
    closedError: () => new DomainError("database_unavailable", "The database is closed"),
  });
}

/** Returns one text for a key. PostgreSQL can't store a NUL character, so different keys always have different texts. */
function nameOf(key: readonly unknown[]): string {
  return key.join("\0");
}

/** Opens a PostgreSQL database without migrating it. */
export function openPlainPostgres(url: string): PlainDatabase {
  const pool = createPool({ primary: createPrimary(url), maxConnections: 1 });
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: kyselyPool(pool, noNames) }) });
  return { ...queriesOn(kysely, { engine, clock: Date.now }), close: () => pool.end() };
}
