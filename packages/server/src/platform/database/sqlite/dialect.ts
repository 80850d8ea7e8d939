import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CompiledQuery,
  type DatabaseConnection,
  DeleteQueryNode,
  type Dialect,
  type Driver,
  InsertQueryNode,
  type QueryResult,
  RawNode,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  UpdateQueryNode,
} from "kysely";
import type { RunStatement } from "../compile-statement.ts";
import { isBusy, toSqliteDomainError } from "./file.ts";
import { PreparedStatements } from "./statements.ts";
import { Mutex, WriteGroups } from "./write-group.ts";

const BUSY_RETRY_MS = 10;

type DialectOptions = {
  /**
   * The lock that all writers of the process share. Writers wait for the lock in a queue, because without it a writer would get an error
   * about a busy file.
   */
  writeLock: Mutex;
  /** The maximum time that a call waits for a writer in another process. */
  patienceMs: number;
  /** A connection that reads committed data and never waits for a write. Default: the connection for writes also reads. */
  reader?: DatabaseSync;
  /** Runs after each commit. */
  afterWrite?: () => void;
};

/** Creates a Kysely dialect for node:sqlite with prepared statements. All writes use one connection, one after another. */
export function sqliteDialect(database: DatabaseSync, options: DialectOptions): Dialect {
  return dialectOn(new SqliteFileDriver(database, options));
}

/** Returns the dialect, and a function that runs compiled statements in a transaction without Kysely. */
export function sqliteWrites(
  database: DatabaseSync,
  options: DialectOptions,
): { dialect: Dialect; run: RunTransaction } {
  const driver = new SqliteFileDriver(database, options);
  return {
    dialect: dialectOn(driver),
    run: async (work) => (await driver.acquireConnection()).runAsMember(work),
  };
}

/** Runs `work` in a transaction. `work` must wait for nothing outside of the database. */
export type RunTransaction = <T>(work: (runStatement: RunStatement) => T | Promise<T>) => Promise<T>;

function dialectOn(driver: SqliteFileDriver): Dialect {
  return {
    createDriver: () => driver,
    createAdapter: () => new SqliteFileAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class SqliteFileAdapter extends SqliteAdapter {
  // The migrator can read and change the schema in one transaction, because SQLite can roll back changes of the schema.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  // The driver has its own queue, because the queue of Kysely does not know how long a call has waited.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** The members that all `SqliteTurn` objects of a driver share. */
type Shared = {
  database: DatabaseSync;
  queue: Mutex;
  writeLock: Mutex;
  groups: WriteGroups;
  statements: PreparedStatements;
  reads: PreparedStatements | undefined;
};

class SqliteFileDriver implements Driver {
  readonly #shared: Shared;
  readonly #patienceMs: number;

  constructor(database: DatabaseSync, { writeLock, patienceMs, reader, afterWrite = () => undefined }: DialectOptions) {
    this.#patienceMs = patienceMs;
    this.#shared = {
      database,
      queue: new Mutex(),
      writeLock,
      groups: new WriteGroups(database, { writeLock, afterWrite }),
      statements: new PreparedStatements(database),
      reads: reader && new PreparedStatements(reader),
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteTurn> {
    return new SqliteTurn(this.#shared, performance.now() + this.#patienceMs);
  }

  beginTransaction(turn: SqliteTurn): Promise<void> {
    return turn.begin();
  }

  commitTransaction(turn: SqliteTurn): Promise<void> {
    return turn.commit();
  }

  rollbackTransaction(turn: SqliteTurn): Promise<void> {
    return turn.rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    const { database, groups } = this.#shared;
    groups.flush();
    if (database.isOpen) database.close();
  }
}

/** The database connection for one call or one transaction. */
class SqliteTurn implements DatabaseConnection {
  readonly #shared: Shared;
  readonly #deadline: number;
  /** Lets the next transaction of the queue begin. Undefined outside of transactions. */
  #endTurn: (() => void) | undefined;

  constructor(shared: Shared, deadline: number) {
    this.#shared = shared;
    this.#deadline = deadline;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { reads } = this.#shared;
    if (this.#endTurn !== undefined) return this.#runInside((statements) => statements.run<R>(query));
    if (reads !== undefined && isRead(query)) return this.#whenNotBusy(() => reads.run<R>(query));
    if (isChange(query)) return this.#asMember(() => this.#runInside((statements) => statements.run<R>(query)));
    return this.#runAlone<R>(query);
  }

  // biome-ignore lint/correctness/useYield: the interface requires a generator, and no code of ours streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Streaming is not supported on SQLite.");
  }

  async begin(): Promise<void> {
    const endTurn = await this.#shared.queue.acquire();
    try {
      await this.#enter();
    } catch (error) {
      endTurn();
      throw error;
    }
    this.#endTurn = endTurn;
  }

  /** Ends the turn before the commit is durable, so that the next transaction can enter the same write group. */
  async commit(): Promise<void> {
    const kept = this.#shared.groups.keep();
    this.#end();
    await kept;
  }

  async rollback(): Promise<void> {
    // A failed commit has already ended the turn, so there is nothing to roll back.
    if (this.#endTurn === undefined) return;
    const undone = this.#shared.groups.undo();
    this.#end();
    await undone;
  }

  #end(): void {
    const endTurn = this.#endTurn;
    this.#endTurn = undefined;
    endTurn?.();
  }

  #enter(): Promise<void> {
    const { database, groups } = this.#shared;
    return groups.enter((sql) => this.#whenNotBusy(() => database.exec(sql)));
  }

  #runInside<T>(run: (statements: PreparedStatements) => T): T {
    const { groups, statements } = this.#shared;
    if (!groups.isOpen) throw new Error("SQLite has rolled back the transaction.");
    try {
      return run(statements);
    } catch (error) {
      groups.notice(error);
      throw toSqliteDomainError(error);
    }
  }

  runAsMember<T>(work: (runStatement: RunStatement) => T | Promise<T>): Promise<T> {
    return this.#asMember(() =>
      work(async (statement, values) =>
        this.#runInside((statements) => statements.rowsOf(statement, values as SQLInputValue[])),
      ),
    );
  }

  async #asMember<T>(work: () => T | Promise<T>): Promise<T> {
    await this.begin();
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.rollback();
      throw error;
    }
    await this.commit();
    return result;
  }

  /** Runs a statement that SQLite does not allow inside a transaction, such as a pragma. */
  async #runAlone<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { queue, groups, writeLock, statements } = this.#shared;
    const endTurn = await queue.acquire();
    groups.flush();
    const unlock = await writeLock.acquire();
    try {
      return await this.#whenNotBusy(() => statements.run<R>(query));
    } finally {
      unlock();
      endTurn();
    }
  }

  // Retries a statement while another process writes. The busy timeout of SQLite would block the event loop instead.
  async #whenNotBusy<T>(run: () => T): Promise<T> {
    for (;;) {
      try {
        return run();
      } catch (error) {
        if (!isBusy(error) || performance.now() > this.#deadline) throw toSqliteDomainError(error);
        await sleep(BUSY_RETRY_MS);
      }
    }
  }
}

/** Returns whether a query only reads. Raw SQL must begin with `select`, because a statement that begins with `with` may write. */
function isRead({ query, sql }: CompiledQuery): boolean {
  return SelectQueryNode.is(query) || (RawNode.is(query) && /^\s*select\b/i.test(sql));
}

function isChange({ query }: CompiledQuery): boolean {
  return InsertQueryNode.is(query) || UpdateQueryNode.is(query) || DeleteQueryNode.is(query);
}
