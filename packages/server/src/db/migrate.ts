import { type Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { DomainError } from "../domain/errors.ts";
import type { EngineName } from "./engine.ts";
import { migrationsFor } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";

const EXECUTED = "kysely_migration";

// Any number that no other program uses on this database.
const LOCK_ID = 4_716_203_958_114_027n;

/**
 * Brings the schema up to date in one transaction. Processes that start at the same time migrate one after the other: on PostgreSQL by an
 * advisory lock, on SQLite because each transaction begins as a writer (sqlite/dialect.ts).
 * `schema`: the schema of all tables, only on PostgreSQL. It is created if it is missing. Default: the schema of the connection.
 * Throws `database_unavailable` if a later version of the service has migrated the database, or if the database refuses a migration.
 */
export async function migrate(
  db: Kysely<Tables>,
  engine: EngineName,
  { schema }: { schema?: string | undefined } = {},
): Promise<void> {
  const migrations = migrationsFor(engine);
  await refuseLaterVersion(db, { engine, known: new Set(Object.keys(migrations)) });
  const provider = { getMigrations: async () => migrations };
  await db.transaction().execute(async (transaction) => {
    if (engine === "postgres") await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_ID)})`.execute(transaction);
    // Without the name of a schema, the migrator could use its table in another schema.
    const table = schema === undefined ? {} : { migrationTableSchema: schema };
    const { error, results } = await new Migrator({ db: transaction, provider, ...table }).migrateToLatest();
    if (error === undefined) return;
    const failed = results?.find(({ status }) => status === "Error")?.migrationName;
    // Rolls back.
    throw new DomainError(
      "database_unavailable",
      `The database refuses ${failed === undefined ? "migrations" : `the migration ${failed}`}, and no data was changed. Give Valet Key a database of its own, and a user that may create tables.`,
      { cause: error instanceof DomainError ? error.cause : error },
    );
  });
}

/** Whether this version of the service has the migration. */
export function hasMigration(engine: EngineName, name: string): boolean {
  return Object.hasOwn(migrationsFor(engine), name);
}

/**
 * The first migration that an existing database does not have. Returns undefined for a new database, and for a database that has all
 * migrations.
 */
export async function firstMissingMigration(db: Kysely<Tables>, engine: EngineName): Promise<string | undefined> {
  if (!(await hasMigrations(db, engine))) return undefined;
  const executed = new Set((await executedMigrations(db)).map(({ name }) => name));
  if (executed.size === 0) return undefined;
  return Object.keys(migrationsFor(engine))
    .sort()
    .find((name) => !executed.has(name));
}

async function executedMigrations(db: Kysely<Tables>): Promise<{ name: string }[]> {
  return (await sql<{ name: string }>`select name from ${sql.table(EXECUTED)} order by name`.execute(db)).rows;
}

// The migrator itself would report such a database as corrupted.
async function refuseLaterVersion(
  db: Kysely<Tables>,
  { engine, known }: { engine: EngineName; known: ReadonlySet<string> },
): Promise<void> {
  if (!(await hasMigrations(db, engine))) return;
  const unknown = (await executedMigrations(db)).filter(({ name }) => !known.has(name)).at(-1);
  if (unknown === undefined) return;
  throw new DomainError(
    "database_unavailable",
    `This database was written by a newer Valet Key (migration ${unknown.name}). Install that version, or restore a backup.`,
  );
}

async function hasMigrations(db: Kysely<Tables>, engine: EngineName): Promise<boolean> {
  // Each engine lists its tables in its own way.
  const found =
    engine === "sqlite"
      ? sql`select 1 from sqlite_schema where type = 'table' and name = ${EXECUTED}`
      : sql`select 1 where to_regclass(${EXECUTED}) is not null`;
  return (await found.execute(db)).rows.length > 0;
}
