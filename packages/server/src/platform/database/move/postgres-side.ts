import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlledTransaction, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { type DomainError, invalidRequest } from "../../errors.ts";
import { type Executed, INCOMPLETE_MOVE, lockMigrations, migrateWithin, SELECT_MIGRATIONS } from "../migrate.ts";
import { toPostgresDomainError } from "../postgres/errors.ts";
import { createPool, kyselyPool } from "../postgres/pool.ts";
import { createPrimary } from "../postgres/primary.ts";
import type { Tables } from "../schema.ts";
import { type MovedColumn, type MovedTable, type SchemaColumn, type Side, type Target, tablesOf } from "./move.ts";

// These settings replace limits of the role or of the database that would stop the move. The settings end with the transaction, so the
// settings also work behind a pooler.
const SETTINGS =
  "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local lock_timeout = '5s'; set local work_mem = '256MB'; set local maintenance_work_mem = '256MB'";

/** A connection of a move with its only transaction. `close` rolls back a transaction that is not committed. */
type Session = { client: pg.PoolClient; transaction: ControlledTransaction<Tables>; close(): Promise<void> };

async function openSession(url: string): Promise<Session> {
  // Statements of a move, such as the creation of an index, have no time limit, because they may take very long.
  const pool = createPool({ primary: createPrimary(url), maxConnections: 1, queryTimeoutMs: 0 });
  const { options } = pool;
  const end = async () => undefined;
  let client: pg.PoolClient | undefined;
  async function close(): Promise<void> {
    // PostgreSQL rolls back when the connection ends. A command to roll back would wait for a running COPY.
    client?.release(true);
    client = undefined;
    await pool.end();
  }
  try {
    client = await pool.connect();
    const connected = client;
    const { query } = await kyselyPool({
      options,
      end,
      connect: async () => connected,
    } as unknown as pg.Pool).connect();
    const connect = async () => ({ query, release: () => undefined });
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: { options, end, connect } }) });
    const transaction = await db.startTransaction().execute();
    await client.query(SETTINGS);
    return { client, transaction, close };
  } catch (error) {
    await close();
    throw toPostgresDomainError(error);
  }
}

/**
 * Opens PostgreSQL as the source of a move. All reads see one snapshot, and other connections cannot write until the move ends. Throws
 * `invalid_request` if other connections use the database.
 */
export async function openPostgresSource(url: string): Promise<Side> {
  const session = await openSession(url);
  const { client } = session;
  try {
    // An earlier transaction reads the names of the tables, because the snapshot must begin after the lock.
    const { tables } = await postgresSide(session, { isSorted: true });
    await client.query(`rollback; begin isolation level repeatable read; ${SETTINGS}`);
    if (tables.length > 0)
      await client.query(`lock table ${tables.map(({ name }) => quote(name)).join()} in share mode`);
    await requireAlone(client);
    if (await exists(client, INCOMPLETE_MOVE)) {
      throw invalidRequest(
        "The source itself is the target of an incomplete move. Use a complete database as the source.",
      );
    }
    const old = tables.find(({ name }) => OLD_MONTH.test(name));
    if (old !== undefined) {
      throw invalidRequest(
        `The events in ${old.name} are not exported yet. Start the service with AUDIT_DAYS, wait until the service has dropped this table, and stop the service. Then run the command again.`,
      );
    }
    return await postgresSide(session, { isSorted: true });
  } catch (error) {
    await session.close();
    if (error instanceof pg.DatabaseError && error.code === LOCK_TIMEOUT) throw inUse(["a transaction that writes"]);
    throw toPostgresDomainError(error);
  }
}

// A role with few rights sees other connections, but not their addresses.
const OTHER_CONNECTIONS = `
  select concat_ws(' ', usename, nullif(application_name, ''), 'from', coalesce(host(client_addr), 'the same machine')) as other
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and usename is not null
    and coalesce(backend_type, 'client backend') = 'client backend'`;

/** A table with the audit events of one month that is no partition any more (features/audit/partition-queries.ts). */
const OLD_MONTH = /^audit_events_.*_old$/;

/** For a short time after the end of a connection, PostgreSQL still lists it and keeps its locks. */
const PATIENCE_MS = 3_000;
const RETRY_MS = 100;
const LOCK_TIMEOUT = "55P03";

async function requireAlone(client: pg.PoolClient): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(RETRY_MS)) {
    // Without this call, PostgreSQL would return the same list of connections until the end of the transaction.
    await client.query("select pg_stat_clear_snapshot()");
    const { rows } = await client.query<{ other: string }>(OTHER_CONNECTIONS);
    if (rows.length === 0) return;
    if (performance.now() > deadline) throw inUse(rows.map(({ other }) => other));
  }
}

function inUse(others: readonly string[]): DomainError {
  return invalidRequest(
    `The database is in use: ${[...new Set(others)].join(", ")} (connections: ${others.length}). Stop all replicas of the service, and close other connections, also those of a pooler. Then run the command again.`,
  );
}

async function exists(client: pg.PoolClient, table: string): Promise<boolean> {
  return (await client.query("select 1 where to_regclass($1) is not null", [table])).rows.length > 0;
}

const COLUMNS = `
  select relation.relname as "table", attribute.attname as "column", format_type(attribute.atttypid, null) as type,
    coalesce(array_position(keys.indkey::int[], attribute.attnum::int) + 1, 0) as "keyPosition"
  from pg_class as relation
  join pg_attribute as attribute on attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
  left join pg_index as keys on keys.indrelid = relation.oid and keys.indisprimary
  where relation.relnamespace = current_schema()::regnamespace and relation.relkind in ('r', 'p')
    and not relation.relispartition`;

/** `isSorted`: whether the rows are sorted by primary key, because SQLite inserts sorted rows faster. */
async function postgresSide({ client, close }: Session, { isSorted }: { isSorted: boolean }): Promise<Side> {
  const columns = await client.query<SchemaColumn>(COLUMNS);
  const migrated = (await exists(client, "facts")) ? await client.query<Executed>(SELECT_MIGRATIONS) : { rows: [] };
  return {
    engine: "postgres",
    migrations: migrated.rows.map(({ name }) => name),
    tables: tablesOf(columns.rows.filter(({ table }) => table !== INCOMPLETE_MOVE)),
    async count({ name }) {
      const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${quote(name)}`);
      return Number(rows[0]?.count);
    },
    async *read(table) {
      const key = (isSorted ? table.key : []).map((name) => orderOf(table, name));
      const rows = `select ${table.columns.map(toText).join()} from ${quote(table.name)}`;
      try {
        yield* client.query(copyTo(`copy (${rows}${key.length > 0 ? ` order by ${key.join()}` : ""}) to stdout`));
      } catch (error) {
        throw toPostgresDomainError(error);
      }
    },
    close,
  };
}

function orderOf({ columns }: MovedTable, name: string): string {
  const isText = columns.find((column) => column.name === name)?.kind === "text";
  return `${quote(name)}${isText ? ' collate "C"' : ""}`;
}

/** Returns the SQL that converts a column to the text of the value that SQLite stores. */
function toText({ name, kind }: MovedColumn): string {
  const column = quote(name);
  if (kind === "boolean") return `${column}::int`;
  if (kind !== "date") return column;
  const iso = `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return `regexp_replace(${iso}, '000Z$', 'Z')`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Opens PostgreSQL as the target of a move. One transaction writes all rows, so an interrupted move leaves only the mark. */
export function openPostgresTarget(url: string): Target {
  let session: Session | undefined;
  let later: string[] = [];
  function opened(): Session {
    if (session === undefined) throw new Error("The target is not prepared.");
    return session;
  }
  return {
    async check() {
      const checking = await openSession(url);
      try {
        await requireUsable(checking.client);
      } finally {
        await checking.close();
      }
    },
    async prepare() {
      await mark(url);
      session = await openSession(url);
      await lockTarget(session);
      await requireUsable(session.client);
      await migrateWithin(session.transaction, "postgres");
      later = await dropAll(session.client);
      const side = await postgresSide(session, { isSorted: false });
      // Migrations may have added rows.
      await session.client.query(`truncate ${side.tables.map(({ name }) => quote(name)).join()}`);
      return side;
    },
    async write(table, chunks) {
      const columns = table.columns.map(({ name }) => quote(name)).join();
      const { client } = opened();
      try {
        // PostgreSQL cannot freeze the rows of a partitioned table.
        const partitioned = await client.query("select from pg_partitioned_table where partrelid = $1::regclass", [
          table.name,
        ]);
        const freeze = partitioned.rows.length > 0 ? "" : " with (freeze)";
        const into = client.query(copyFrom(`copy ${quote(table.name)} (${columns}) from stdin${freeze}`));
        await pipeline(Readable.from(chunks), into);
      } catch (error) {
        throw refusedRow(error);
      }
    },
    async finish() {
      const { client, transaction } = opened();
      try {
        for (const statement of later) await client.query(statement);
        await client.query(`drop table ${INCOMPLETE_MOVE}`);
        await client.query("analyze");
      } catch (error) {
        throw refusedRow(error);
      }
      try {
        await transaction.commit().execute();
      } catch (error) {
        // The server may have committed the transaction although the connection is lost.
        if (await isMarked(url)) throw error;
      }
    },
    close: async () => session?.close(),
  };
}

async function lockTarget({ transaction }: Session): Promise<void> {
  // PostgreSQL needs a moment to notice that a killed move has ended.
  for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(RETRY_MS)) {
    if (await lockMigrations(transaction, { waits: false })) return;
    if (performance.now() > deadline) break;
  }
  throw invalidRequest("Another move, or the start of a service, uses the target. Wait until it ends, or stop it.");
}

/** Commits the mark of an incomplete database. A service does not start on a database with this mark. */
async function mark(url: string): Promise<void> {
  const session = await openSession(url);
  try {
    await lockTarget(session);
    await requireUsable(session.client);
    await session.client.query(
      `create table if not exists ${INCOMPLETE_MOVE} (started_at timestamptz not null default now())`,
    );
    await session.transaction.commit().execute();
  } catch (error) {
    throw toPostgresDomainError(error);
  } finally {
    await session.close();
  }
}

async function isMarked(url: string): Promise<boolean> {
  const session = await openSession(url);
  try {
    return await exists(session.client, INCOMPLETE_MOVE);
  } finally {
    await session.close();
  }
}

/** Throws if the target is a template or not empty, or if its role may not create tables. */
async function requireUsable(client: pg.PoolClient): Promise<void> {
  const template = await client.query("select from pg_database where datname = current_database() and datistemplate");
  if (template.rows.length > 0) {
    throw invalidRequest(
      "The target is a template, from which PostgreSQL copies each new database. Create a new database for the move, for example with createdb.",
    );
  }
  // The result is null if the schema of the search path does not exist.
  const rights = await client.query("select where has_schema_privilege(current_schema(), 'create')");
  if (rights.rows.length === 0) {
    throw invalidRequest(
      "The role of the target may not create tables. As an administrator, run GRANT CREATE ON SCHEMA public TO the role, or make the role the owner of the database.",
    );
  }
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm')
      and relname <> $1 and not exists (select 1 from pg_depend where objid = pg_class.oid and deptype = 'e') order by 1 limit 3`,
    [INCOMPLETE_MOVE],
  );
  if (rows.length === 0) return;
  throw invalidRequest(
    `The target is not empty: it has ${rows.map(({ name }) => name).join(", ")}. Create a new database for the move, for example with createdb.`,
  );
}

/**
 * Drops keys, indexes and triggers, so that the rows load faster. Returns the statements that create the dropped keys, indexes and triggers
 * again, also for the partitions.
 */
async function dropAll(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ drop: string; create: string }>(`
    with tables as (
      select oid from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
    )
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as create,
      case contype when 'f' then 1 else 2 end as step
    from pg_constraint where conrelid in (select oid from tables) and contype in ('f', 'p', 'u')
    union all
    select format('drop index %s', indexrelid::regclass), replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON '), 3
    from pg_index where indrelid in (select oid from tables)
      and not exists (select 1 from pg_constraint where conindid = indexrelid and contype in ('p', 'u'))
    union all
    select format('alter table %s disable trigger %I', tgrelid::regclass, tgname),
      format('alter table %s enable trigger %I', tgrelid::regclass, tgname), 4
    from pg_trigger where tgrelid in (select oid from tables) and not tgisinternal
    order by step`);
  for (const { drop } of rows) await client.query(drop);
  // The foreign keys come last, because they need the primary keys.
  return rows.map(({ create }) => create).reverse();
}

/** The SQLSTATE classes for a wrong value, a broken constraint, and a value that is too long for an index. */
const REFUSED = /^(?:22|23|54)/;

/** Adds the table and the column of a refused value to the error, without the value. */
function refusedRow(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || !REFUSED.test(error.code ?? "")) return toPostgresDomainError(error);
  const [, table, line, column] = /^COPY (\w+), line (\d+)(?:, column (\w+))?/.exec(error.where ?? "") ?? [];
  const where = line === undefined ? "the rows" : `row ${line} of ${[table, column].filter(Boolean).join(", column ")}`;
  return invalidRequest(`PostgreSQL refuses ${where}: ${error.message}`, { cause: error });
}
