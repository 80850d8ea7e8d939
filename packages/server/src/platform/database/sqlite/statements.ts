import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { CompiledQuery, QueryResult } from "kysely";
import type { RunStatement, Statement } from "../compile-statement.ts";
import { toSqliteDomainError } from "./file.ts";

const MAX_CACHED_STATEMENTS = 500;

type Prepared = { statement: StatementSync; returnsRows: boolean };

/** Caches the prepared statements of a connection, by their SQL text or by name. */
export class PreparedStatements {
  readonly #database: DatabaseSync;
  readonly #byText = new Map<string, Prepared>();
  readonly #byName = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run<R>({ sql, parameters }: Pick<CompiledQuery, "sql" | "parameters">): QueryResult<R> {
    const { statement, returnsRows } = this.#prepare(sql);
    const values = parameters as SQLInputValue[];
    if (returnsRows) return { rows: statement.all(...values) as R[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  /** Runs a compiled statement. The rows are arrays, because objects would take a third of the time of an access decision. */
  rowsOf({ name, sql, rows }: Statement, values: SQLInputValue[]): unknown[][] {
    let statement = this.#byName.get(name);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#byName.set(name, statement);
    }
    if (rows === "many") return statement.all(...values) as unknown as unknown[][];
    const row = statement.get(...values) as unknown as unknown[] | undefined;
    return row === undefined ? [] : [row];
  }

  #prepare(sql: string): Prepared {
    const known = this.#byText.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    // The accounts library needs this limit, because it uses the connection of the service. The service itself has few different
    // statements, because it passes a list as a single parameter.
    if (this.#byText.size >= MAX_CACHED_STATEMENTS) this.#byText.clear();
    this.#byText.set(sql, prepared);
    return prepared;
  }
}

type Read = {
  statement: Statement;
  values: readonly unknown[];
  resolve(rows: unknown[][]): void;
  reject(error: unknown): void;
};

/**
 * Returns a function that runs reading statements at the end of the current turn of the event loop. All reads of a turn share one
 * transaction, so SQLite locks the file only once for all of them. With 64 callers, the issue of a URL then takes a tenth less CPU time.
 * The transaction starts after all its requests, so each read sees everything that was committed before its request.
 */
export function readsInTurns(reader: DatabaseSync): RunStatement {
  const statements = new PreparedStatements(reader);
  const begin = reader.prepare("begin");
  const commit = reader.prepare("commit");
  let waiting: Read[] = [];

  function runAll(): void {
    const reads = waiting;
    waiting = [];
    const failure = failureOf(begin);
    for (const { statement, values, resolve, reject } of reads) {
      try {
        if (failure !== undefined) throw failure;
        resolve(statements.rowsOf(statement, values as SQLInputValue[]));
      } catch (error) {
        reject(toSqliteDomainError(error));
      }
    }
    // The transaction is not open any more if the database was closed, or if SQLite rolled back after a failed read.
    if (reader.isOpen && reader.isTransaction) commit.run();
  }

  return (statement, values) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(runAll);
      waiting.push({ statement, values, resolve, reject });
    });
}

function failureOf(begin: StatementSync): unknown {
  try {
    begin.run();
    return undefined;
  } catch (error) {
    return error;
  }
}
