import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { DomainError } from "../errors.ts";
import type { DatabaseUser, EngineName } from "./engine.ts";
import { isOfPreview, MADE_BY_PREVIEW, migrationsFor } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";

const EXECUTED = "kysely_migration";
/** The table with the name of the lowest migration that a version of the service must contain to use the database. */
const COMPATIBILITY = "schema_compatibility";

/** The table that marks a PostgreSQL database into which an interrupted move has not copied all rows (move/postgres-side.ts). */
export const INCOMPLETE_MOVE = "incomplete_move";

// The id of the advisory lock is an arbitrary number. Other programs in the same database must not use this number.
const LOCK_ID = 4_716_203_958_114_027n;

type Migrations = Readonly<Record<string, Migration>>;

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
  const known = options.migrations ?? migrationsFor(engine, usedBy);
  const later = await laterMigrations(transaction, { engine, executed, known });
  if (!isNew) await own?.(transaction);
  await migrateToLatest(transaction, { ...known, ...later }, schema);
  if (isNew) await own?.(transaction);
}

async function migrateToLatest(
  transaction: Kysely<Tables>,
  migrations: Migrations,
  schema: string | undefined,
): Promise<void> {
  const provider = { getMigrations: async () => migrations };
  // Without the name of the schema, the migrator could find the table of another migrator in another schema.
  const table = schema === undefined ? {} : { migrationTableSchema: schema };
  const { error, results } = await new Migrator({ db: transaction, provider, ...table }).migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === "Error")?.migrationName;
  // This error rolls back the migrations.
  throw new DomainError(
    "database_unavailable",
    `The database refuses ${failed === undefined ? "migrations" : `the migration ${failed}`}, and no data was changed. Give Valet Key a database of its own, and a user that may create tables.`,
    { cause: error instanceof DomainError ? error.cause : error },
  );
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
  if (executed.length === 0) return undefined;
  return Object.keys(migrations)
    .sort()
    .find((name) => !executed.includes(name));
}

/** Returns the names of the migrations that have run. The list is empty for a new database. */
async function executedMigrations(db: Kysely<Tables>, engine: EngineName): Promise<string[]> {
  if (!(await hasTable(db, { engine, table: EXECUTED }))) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(EXECUTED)} order by name`.execute(db);
  if (rows.some(({ name }) => isOfPreview(name))) {
    throw new DomainError("database_unavailable", `This database ${MADE_BY_PREVIEW}`);
  }
  return rows.map(({ name }) => name);
}

/**
 * Returns the migrations of a later version as migrations that do nothing. Without these, the migrator would report the unknown migrations
 * as corrupted. Throws `database_unavailable` if the running version is too old for the database.
 */
async function laterMigrations(
  db: Kysely<Tables>,
  { engine, executed, known }: { engine: EngineName; executed: readonly string[]; known: Migrations },
): Promise<Record<string, Migration>> {
  const later = executed.filter((name) => !Object.hasOwn(known, name));
  const last = later.at(-1);
  if (last === undefined) return {};
  const needed = (await neededMigration(db, engine)) ?? last;
  if (!Object.hasOwn(known, needed)) {
    throw new DomainError(
      "database_unavailable",
      `This database was written by a newer Valet Key (migration ${last}), and needs a version with the migration ${needed}. Install that version, or restore a backup.`,
    );
  }
  return Object.fromEntries(later.map((name) => [name, { up: async () => undefined }]));
}

/** Returns undefined if the versions that migrated the database have not stored the lowest necessary migration. */
async function neededMigration(db: Kysely<Tables>, engine: EngineName): Promise<string | undefined> {
  if (!(await hasTable(db, { engine, table: COMPATIBILITY }))) return undefined;
  return (await db.selectFrom(COMPATIBILITY).select("needed_migration").executeTakeFirst())?.needed_migration;
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
