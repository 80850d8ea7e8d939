import { type Kysely, sql } from "kysely";
import { DomainError } from "../errors.ts";
import type { DatabaseUser, EngineName } from "./engine.ts";
import { putFact } from "./facts.ts";
import { MADE_BY_PREVIEW, type Migrations, migrationsFor } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";

const FACT = "migration:";

/**
 * Selects the migrations that have run, in the order of their names. Each migration is a fact. `is_required` is the text `true` if a version
 * without the migration must refuse the database, otherwise the text `false` (ADR 2).
 */
export const SELECT_MIGRATIONS = `select substr(name, ${FACT.length + 1}) as name, value as is_required from facts where name like '${FACT}%' order by name`;

/** A row of `SELECT_MIGRATIONS`. */
export type Executed = { name: string; is_required: string };

/** The table that marks a PostgreSQL database into which an interrupted move has not copied all rows (move/postgres-side.ts). */
export const INCOMPLETE_MOVE = "incomplete_move";

// The id of the advisory lock is an arbitrary number. Other programs in the same database must not use this number.
const LOCK_ID = 4_716_203_958_114_027n;

/** Records the owner of a database. Throws `database_unavailable` if another application owns the database. */
export type Own = (transaction: Kysely<Tables>) => Promise<void>;

export type MigrateOptions = {
  /** The schema of all tables, only on PostgreSQL. A missing schema is created. Default: the schema of the connection. */
  schema?: string | undefined;
  /** Default: the migrations of the running version. */
  migrations?: Migrations | undefined;
  /** Default: the service. */
  usedBy?: DatabaseUser | undefined;
  /** Runs before the first change of an existing database, or after the migrations of a new database. Default: no effect. */
  own?: Own | undefined;
};

/**
 * Updates the schema in one transaction. Processes that start at the same time migrate one after another. On PostgreSQL, the processes wait
 * for an advisory lock. On SQLite, each transaction begins as a writer (sqlite/dialect.ts). Throws `database_unavailable` if a preview
 * before 0.1.0 created the database, if a migration fails, or if a later version has made a change that this version cannot use (ADR 2).
 */
export async function migrate(db: Kysely<Tables>, engine: EngineName, options: MigrateOptions = {}): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (engine === "postgres") {
      // A database move holds the lock until it ends, and a service must not wait for that long.
      await refuseIncompleteMove(transaction);
      await lockMigrations(transaction);
      await refuseIncompleteMove(transaction);
    }
    await migrateWithin(transaction, engine, options);
  });
}

/** Locks the migrations until the end of the transaction. Returns false if `waits` is false and another transaction has the lock. */
export async function lockMigrations(transaction: Kysely<Tables>, { waits } = { waits: true }): Promise<boolean> {
  const id = sql.lit(LOCK_ID);
  const lock = waits ? sql`select pg_advisory_xact_lock(${id})` : sql`select 1 where pg_try_advisory_xact_lock(${id})`;
  return (await lock.execute(transaction)).rows.length > 0;
}

async function refuseIncompleteMove(db: Kysely<Tables>): Promise<void> {
  if (!(await hasTable(db, { engine: "postgres", table: INCOMPLETE_MOVE }))) return;
  throw new DomainError(
    "database_unavailable",
    "A move into this database runs, or was interrupted. Run `valetkey move database` again with the settings of the former database. To start without the moved data, drop the table incomplete_move.",
  );
}

/** Updates the schema within a transaction that the caller commits. The caller must have locked the migrations. See `migrate`. */
export async function migrateWithin(
  transaction: Kysely<Tables>,
  engine: EngineName,
  { schema, usedBy = "service", own, ...options }: MigrateOptions = {},
): Promise<void> {
  const executed = await executedMigrations(transaction, engine);
  const isNew = executed.length === 0;
  const migrations = options.migrations ?? migrationsFor(engine, usedBy);
  refuseLater(executed, migrations);
  if (!isNew) await own?.(transaction);
  else if (schema !== undefined) await attempt("a schema", () => createSchema(transaction, schema));
  for (const name of missingOf(executed, migrations)) {
    const { up, isRequired = false } = migrations[name] as Migrations[string];
    await attempt(`the migration ${name}`, () => up(transaction));
    await putFact(transaction, { name: FACT + name, value: isRequired });
  }
  if (isNew) await own?.(transaction);
}

async function createSchema(transaction: Kysely<Tables>, schema: string): Promise<void> {
  // A user who may not create schemas can still use an existing schema.
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(transaction);
  if (rows.length === 0) await transaction.schema.createSchema(schema).execute();
}

/** Runs a part of the migrations. An error rolls back all of them. */
async function attempt<Result>(part: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw new DomainError(
      "database_unavailable",
      `The database refuses ${part}, and no data was changed. Give Valet Key a database of its own, and a user that may create tables.`,
      { cause: error instanceof DomainError ? error.cause : error },
    );
  }
}

export function hasMigration(engine: EngineName, name: string): boolean {
  return Object.hasOwn(migrationsFor(engine), name);
}

/** Returns the first migration that an existing database lacks. Returns undefined for a complete or a new database. */
export async function firstMissingMigration(
  db: Kysely<Tables>,
  engine: EngineName,
  { migrations = migrationsFor(engine) }: Pick<MigrateOptions, "migrations"> = {},
): Promise<string | undefined> {
  const executed = await executedMigrations(db, engine);
  return executed.length === 0 ? undefined : missingOf(executed, migrations)[0];
}

function missingOf(executed: readonly Executed[], migrations: Migrations): string[] {
  const names = Object.keys(migrations).sort();
  return names.filter((name) => !executed.some((each) => each.name === name));
}

/** Returns the migrations that have run, in the order of their names. The list is empty for a new database. */
async function executedMigrations(db: Kysely<Tables>, engine: EngineName): Promise<Executed[]> {
  const has = (table: string) => hasTable(db, { engine, table });
  const select = () => sql.raw<Executed>(SELECT_MIGRATIONS).execute(db);
  const executed = (await has("facts")) ? (await attempt("the query of the table facts", select)).rows : [];
  if (executed.length === 0 && (await has("kysely_migration")) && (await has("attachments"))) {
    throw new DomainError("database_unavailable", `This database ${MADE_BY_PREVIEW}`);
  }
  return executed;
}

/** Throws `database_unavailable` if a later version has run a migration that the running version must have. */
function refuseLater(executed: readonly Executed[], known: Migrations): void {
  const isUnknown = ({ name }: Executed) => !Object.hasOwn(known, name);
  const needed = executed.findLast((each) => each.is_required === "true" && isUnknown(each))?.name;
  if (needed === undefined) return;
  throw new DomainError(
    "database_unavailable",
    `This database was written by a newer Valet Key (migration ${executed.findLast(isUnknown)?.name}), and needs a version with the migration ${needed}. Install that version, or restore a backup.`,
  );
}

async function hasTable(
  db: Kysely<Tables>,
  { engine, table }: { engine: EngineName; table: string },
): Promise<boolean> {
  // Each engine lists its tables in a different way.
  const found =
    engine === "sqlite"
      ? sql`select 1 from sqlite_schema where type = 'table' and name = ${table}`
      : sql`select 1 where to_regclass(${table}) is not null`;
  return (await found.execute(db)).rows.length > 0;
}
