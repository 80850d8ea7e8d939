import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { DomainError } from "../errors.ts";
import type { EngineName } from "./engine.ts";
import { isOfPreview, MADE_BY_PREVIEW, migrationsFor } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";

const EXECUTED = "kysely_migration";
/** The table with the lowest migration that a version must contain to use this database. */
const COMPATIBILITY = "schema_compatibility";

// An arbitrary number. Other programs that use this database must not lock the same number.
const LOCK_ID = 4_716_203_958_114_027n;

type Migrations = Readonly<Record<string, Migration>>;
type MigrateOptions = { schema?: string | undefined; migrations?: Migrations | undefined };

/**
 * Brings the schema up to date in one transaction. Processes that start at the same time migrate one after the other. On PostgreSQL, they
 * wait for an advisory lock. On SQLite, each transaction begins as a writer (sqlite/dialect.ts).
 * `schema`: the schema for all tables, only on PostgreSQL. The function creates a missing schema. Default: the schema of the connection.
 * `migrations`: default: the migrations of this version.
 * Throws `database_unavailable` if a preview before 0.1.0 made the database, or if the database refuses a migration. Throws the same error
 * if a later version of the service has made a change that this version can't use (ADR 2).
 */
export async function migrate(
  db: Kysely<Tables>,
  engine: EngineName,
  { schema, migrations: own = migrationsFor(engine) }: MigrateOptions = {},
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (engine === "postgres") await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_ID)})`.execute(transaction);
    const migrations = { ...own, ...(await laterMigrations(transaction, { engine, own })) };
    const provider = { getMigrations: async () => migrations };
    // Without the name of the schema, the migrator could use the table of a migrator in another schema.
    const table = schema === undefined ? {} : { migrationTableSchema: schema };
    const { error, results } = await new Migrator({ db: transaction, provider, ...table }).migrateToLatest();
    if (error === undefined) return;
    const failed = results?.find(({ status }) => status === "Error")?.migrationName;
    // The error rolls the transaction back.
    throw new DomainError(
      "database_unavailable",
      `The database refuses ${failed === undefined ? "migrations" : `the migration ${failed}`}, and no data was changed. Give Valet Key a database of its own, and a user that may create tables.`,
      { cause: error instanceof DomainError ? error.cause : error },
    );
  });
}

/** Whether this version of the service contains the migration. */
export function hasMigration(engine: EngineName, name: string): boolean {
  return Object.hasOwn(migrationsFor(engine), name);
}

/**
 * Returns the first migration that an existing database lacks. Returns undefined for a new database, and for a database that has all
 * migrations.
 */
export async function firstMissingMigration(
  db: Kysely<Tables>,
  engine: EngineName,
  { migrations = migrationsFor(engine) }: Pick<MigrateOptions, "migrations"> = {},
): Promise<string | undefined> {
  if (!(await hasTable(db, { engine, table: EXECUTED }))) return undefined;
  const executed = new Set((await executedMigrations(db)).map(({ name }) => name));
  if (executed.size === 0) return undefined;
  return Object.keys(migrations)
    .sort()
    .find((name) => !executed.has(name));
}

async function executedMigrations(db: Kysely<Tables>): Promise<{ name: string }[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(EXECUTED)} order by name`.execute(db);
  if (rows.some(({ name }) => isOfPreview(name))) {
    throw new DomainError("database_unavailable", `This database ${MADE_BY_PREVIEW}`);
  }
  return rows;
}

/**
 * Returns the migrations that a later version of the service has run, as migrations that do nothing. The migrator would report a migration
 * that it does not know as corrupted. Throws `database_unavailable` if this version is too old for the database.
 */
async function laterMigrations(
  db: Kysely<Tables>,
  { engine, own }: { engine: EngineName; own: Migrations },
): Promise<Record<string, Migration>> {
  if (!(await hasTable(db, { engine, table: EXECUTED }))) return {};
  const later = (await executedMigrations(db)).filter(({ name }) => !Object.hasOwn(own, name));
  const last = later.at(-1);
  if (last === undefined) return {};
  const needed = (await neededMigration(db, engine)) ?? last.name;
  if (!Object.hasOwn(own, needed)) {
    throw new DomainError(
      "database_unavailable",
      `This database was written by a newer Valet Key (migration ${last.name}), and needs a version with the migration ${needed}. Install that version, or restore a backup.`,
    );
  }
  return Object.fromEntries(later.map(({ name }) => [name, { up: async () => undefined }]));
}

/** Undefined: the versions that migrated this database did not store this value. */
async function neededMigration(db: Kysely<Tables>, engine: EngineName): Promise<string | undefined> {
  if (!(await hasTable(db, { engine, table: COMPATIBILITY }))) return undefined;
  return (await db.selectFrom(COMPATIBILITY).select("needed_migration").executeTakeFirst())?.needed_migration;
}

async function hasTable(
  db: Kysely<Tables>,
  { engine, table }: { engine: EngineName; table: string },
): Promise<boolean> {
  // Each engine has its own way to find a table.
  const found =
    engine === "sqlite"
      ? sql`select 1 from sqlite_schema where type = 'table' and name = ${table}`
      : sql`select 1 where to_regclass(${table}) is not null`;
  return (await found.execute(db)).rows.length > 0;
}
