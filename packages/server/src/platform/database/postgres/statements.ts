import type pg from "pg";
import type { RunStatement } from "../compile-statement.ts";
import type { Call, RunCalls } from "../run-calls.ts";
import { retryConflicts, toPostgresDomainError } from "./errors.ts";
import { types } from "./pool.ts";

type Statement = { name: string; text: string; values: unknown[]; rowMode?: "array" };

/** Runs one statement outside of transactions, and returns its rows. Throws domain errors. */
export type RunNamed = (statement: Statement) => Promise<unknown[]>;

/** Returns a function that runs statements on the pool. `prepared`: PostgreSQL plans a named statement only once for each connection. */
export function statementsOn(pool: pg.Pool, { prepared }: { prepared: boolean }): RunNamed {
  return async ({ name, ...unnamed }) => {
    const statement = prepared ? { name, ...unnamed } : unnamed;
    try {
      return (await retryConflicts(() => pool.query(statement))).rows;
    } catch (error) {
      throw toPostgresDomainError(error);
    }
  };
}

/** Returns a function that runs compiled statements on the pool, and returns their rows as arrays. */
export function runOn(runNamed: RunNamed): RunStatement {
  return async ({ name, sql }, parameters) => {
    if (parameters.some(isImpossible)) return [];
    return (await runNamed({ name, text: sql, values: parameters, rowMode: "array" })) as unknown[][];
  };
}

/** Returns whether no row can have this id, because PostgreSQL cannot store the NUL character in a text. */
export function isImpossible(value: unknown): boolean {
  return typeof value === "string" && value.includes("\0");
}

/**
 * Runs statements in one round trip and one transaction: PostgreSQL commits at the Sync message after the last statement. If a statement
 * waits for a lock, another transaction may commit in the meantime. The later statements see the changes of that transaction. The later
 * parts of one large statement would not see those changes.
 */
export function pipelineOn(pool: pg.Pool, { prepared }: { prepared: boolean }): RunCalls {
  const known = new WeakMap<pg.Connection, Set<string>>();
  const namesOf = (connection: pg.Connection) => {
    const names = known.get(connection) ?? new Set();
    known.set(connection, names);
    return names;
  };
  return async (calls) => {
    try {
      return await retryConflicts(() => {
        const pipeline = new Pipeline(calls, (connection) => (prepared ? namesOf(connection) : undefined));
        return pool.query(pipeline) as unknown as Promise<unknown[][]>;
      });
    } catch (error) {
      throw toPostgresDomainError(error);
    }
  };
}

/** The methods of a connection. The types of pg are older than its code, and declare more arguments. */
type Wire = Record<"parse" | "bind" | "describe" | "execute", (message: object) => void>;

/** An object that pg runs like a query. The pool sets `callback`, and closes the connection after a failure. */
class Pipeline implements pg.Submittable {
  callback: ((error: Error | null, rows?: unknown[][]) => void) | undefined;
  readonly #calls: Call[];
  readonly #namesOf: (connection: pg.Connection) => Set<string> | undefined;
  readonly #rows: unknown[][] = [];
  #parsers: ((text: string) => unknown)[] | undefined;

  constructor(calls: Call[], namesOf: (connection: pg.Connection) => Set<string> | undefined) {
    this.#calls = calls;
    this.#namesOf = namesOf;
  }

  submit(connection: pg.Connection): void {
    const names = this.#namesOf(connection);
    const wire = connection as unknown as Wire;
    connection.stream.cork();
    for (const { statement, values } of this.#calls) {
      const name = names === undefined ? "" : statement.name;
      if (names?.has(name) !== true) wire.parse({ name, text: statement.sql });
      names?.add(name);
      wire.bind({ statement: name, values: values.map((value) => (value === null ? null : String(value))) });
      // The caller gets only the rows of the last statement.
      if (statement === this.#calls.at(-1)?.statement) wire.describe({ type: "P", name: "" });
      wire.execute({});
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: { dataTypeID: number }[] }): void {
    this.#parsers = fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const parsers = this.#parsers;
    if (parsers === undefined) return;
    this.#rows.push(fields.map((text, nth) => (text === null ? null : parsers[nth]?.(text))));
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback?.(error);
  }

  handleReadyForQuery(): void {
    this.callback?.(null, this.#rows);
  }
}
