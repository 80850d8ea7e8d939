import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Mutex } from "./mutex.ts";
import { isBusy, toSqliteDomainError } from "./sqlite-errors.ts";

const MAX_CACHED_STATEMENTS = 500;
const BUSY_PATIENCE_MS = 1_500;
const BUSY_RETRY_MS = 10;

/**
 * Kysely on node:sqlite: one connection, statements prepared once. `writeLock` is shared with whoever else writes in this process,
 * so that they queue up instead of finding the file busy; the file's own lock is between processes.
 */
export function sqliteDialect(database: DatabaseSync, { writeLock }: { writeLock: Mutex }): Dialect {
  return {
    createDriver: () => new SqliteFileDriver(database, writeLock),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

// SQLite rolls back DDL like anything else: with this each start reads and changes the schema in one transaction.
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteFileDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #writeLock: Mutex;
  readonly #connection: SqliteFileConnection;
  #unlock: (() => void) | undefined;

  constructor(database: DatabaseSync, writeLock: Mutex) {
    this.#database = database;
    this.#writeLock = writeLock;
    this.#connection = new SqliteFileConnection(database, writeLock);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    this.#unlock = await this.#writeLock.acquire();
    // A transaction that begins as a reader can't always become a writer: it would fail at its first write instead of waiting here.
    await whenNotBusy(() => this.#database.exec("begin immediate"));
  }

  async commitTransaction(): Promise<void> {
    await whenNotBusy(() => this.#database.exec("commit"));
  }

  async rollbackTransaction(): Promise<void> {
    // SQLite may have rolled back by itself, as it does when the disk is full.
    if (this.#database.isTransaction) this.#database.exec("rollback");
  }

  async releaseConnection(): Promise<void> {
    this.#unlock?.();
    this.#unlock = undefined;
  }

  async destroy(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

class SqliteFileConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #writeLock: Mutex;
  readonly #statements = new Map<string, PreparedStatement>();

  constructor(database: DatabaseSync, writeLock: Mutex) {
    this.#database = database;
    this.#writeLock = writeLock;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const run = () => this.#run<R>(query);
    if (this.#database.isTransaction || SelectQueryNode.is(query.query)) return await whenNotBusy(run);
    const unlock = await this.#writeLock.acquire();
    return await whenNotBusy(run).finally(unlock);
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator, and nothing of ours streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Streaming is not supported on SQLite.");
  }

  #run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const { statement, returnsRows } = this.#prepare(sql);
    const values = parameters as SQLInputValue[];
    if (returnsRows) return { rows: statement.all(...values) as R[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  #prepare(sql: string): PreparedStatement {
    let prepared = this.#statements.get(sql);
    if (prepared !== undefined) return prepared;
    const statement = this.#database.prepare(sql);
    prepared = { statement, returnsRows: statement.columns().length > 0 };
    // The texts are few, as lists are single parameters; this bound is for what others send through the same connection.
    if (this.#statements.size >= MAX_CACHED_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

type PreparedStatement = { statement: StatementSync; returnsRows: boolean };

// SQLite's own busy timeout would block the event loop while another process writes; this waits without blocking.
async function whenNotBusy<T>(run: () => T): Promise<T> {
  const deadline = performance.now() + BUSY_PATIENCE_MS;
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw toSqliteDomainError(error);
      await sleep(BUSY_RETRY_MS);
    }
  }
}
