import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { CompiledQuery, QueryResult } from "kysely";
import type { Statement } from "../compile-statement.ts";

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

  /** Runs a compiled statement. Rows are arrays, because making objects would take a third of the time of an access decision. */
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
    // The limit is necessary for the accounts library, which uses the same connection. The service itself has few different statements,
    // because it passes a list as a single parameter.
    if (this.#byText.size >= MAX_CACHED_STATEMENTS) this.#byText.clear();
    this.#byText.set(sql, prepared);
    return prepared;
  }
}
