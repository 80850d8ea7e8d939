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
import { isBusy, toSqliteDomainError } from "./errors.ts";
import { Mutex } from "./mutex.ts";

const MAX_CACHED_STATEMENTS = 500;
const BUSY_RETRY_MS = 10;

type DialectOptions = {
  /** Shared by all writers of this process, so that they queue instead of finding the file busy. */
  writeLock: Mutex;
  /** The maximum time that a call waits for a writer in another process. */
  patienceMs: number;
  /** Called after each write and each transaction. */
  afterWrite?: () => void;
};

/** Kysely on node:sqlite, with one connection that calls use in turns, and prepared statements. */
export function sqliteDialect(database: DatabaseSync, options: DialectOptions): Dialect {
  return {
    createDriver: () => new SqliteFileDriver(database, options),
    createAdapter: () => new SqliteFileAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class SqliteFileAdapter extends SqliteAdapter {
  // SQLite rolls back DDL, so a start reads and changes the schema in one transaction.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  // The driver has its own queue, because Kysely's does not know how long a call has waited.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteFileDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #options: DialectOptions;
  readonly #queue = new Mutex();
  readonly #statements: PreparedStatements;

  constructor(database: DatabaseSync, options: DialectOptions) {
    this.#database = database;
    this.#options = options;
    this.#statements = new PreparedStatements(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteTurn> {
    const deadline = performance.now() + this.#options.patienceMs;
    const endTurn = await this.#queue.acquire();
    return new SqliteTurn(this.#database, {
      statements: this.#statements,
      writeLock: this.#options.writeLock,
      afterWrite: this.#options.afterWrite,
      deadline,
      endTurn,
    });
  }

  beginTransaction(turn: SqliteTurn): Promise<void> {
    return turn.begin();
  }

  commitTransaction(turn: SqliteTurn): Promise<void> {
    return turn.exec("commit");
  }

  async rollbackTransaction(turn: SqliteTurn): Promise<void> {
    // SQLite may already have rolled back, for example when the disk is full.
    if (this.#database.isTransaction) await turn.exec("rollback");
  }

  async releaseConnection(turn: SqliteTurn): Promise<void> {
    turn.end();
  }

  async destroy(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

type TurnOptions = {
  statements: PreparedStatements;
  writeLock: Mutex;
  afterWrite: (() => void) | undefined;
  deadline: number;
  endTurn: () => void;
};

/** The connection during one call or one transaction. */
class SqliteTurn implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #given: TurnOptions;
  #unlock: (() => void) | undefined;
  #hasWritten = false;

  constructor(database: DatabaseSync, given: TurnOptions) {
    this.#database = database;
    this.#given = given;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { statements, writeLock } = this.#given;
    const run = () => statements.run<R>(query);
    if (this.#database.isTransaction || SelectQueryNode.is(query.query)) return await this.#whenNotBusy(run);
    this.#hasWritten = true;
    const unlock = await writeLock.acquire();
    return await this.#whenNotBusy(run).finally(unlock);
  }

  // biome-ignore lint/correctness/useYield: the interface requires a generator, and no code of ours streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Streaming is not supported on SQLite.");
  }

  async begin(): Promise<void> {
    this.#hasWritten = true;
    this.#unlock = await this.#given.writeLock.acquire();
    // A transaction that begins as a reader may fail at its first write instead of waiting here.
    await this.exec("begin immediate");
  }

  exec(sql: string): Promise<void> {
    return this.#whenNotBusy(() => this.#database.exec(sql));
  }

  end(): void {
    this.#unlock?.();
    if (this.#hasWritten) {
      this.#given.afterWrite?.();
      // A commit blocks for milliseconds. Between the commits of a queue, the event loop reads other requests.
      setImmediate(this.#given.endTurn);
    } else {
      this.#given.endTurn();
    }
  }

  // SQLite's own busy timeout would block the event loop while another process writes.
  async #whenNotBusy<T>(run: () => T): Promise<T> {
    for (;;) {
      try {
        return run();
      } catch (error) {
        if (!isBusy(error) || performance.now() > this.#given.deadline) throw toSqliteDomainError(error);
        await sleep(BUSY_RETRY_MS);
      }
    }
  }
}

class PreparedStatements {
  readonly #database: DatabaseSync;
  readonly #byText = new Map<string, { statement: StatementSync; returnsRows: boolean }>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const { statement, returnsRows } = this.#prepare(sql);
    const values = parameters as SQLInputValue[];
    if (returnsRows) return { rows: statement.all(...values) as R[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  #prepare(sql: string) {
    const known = this.#byText.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    // Our statements are few, because lists are single parameters. The limit is for the accounts library on the same connection.
    if (this.#byText.size >= MAX_CACHED_STATEMENTS) this.#byText.clear();
    this.#byText.set(sql, prepared);
    return prepared;
  }
}
