import type pg from "pg";
import type { RunStatement } from "../compile-statement.ts";
import type { Call, RunCalls } from "../run-calls.ts";
import { retryConflicts, toPostgresDomainError } from "./errors.ts";
import { types } from "./pool.ts";

type Statement = { name: string; text: string; values: unknown[]; rowMode?: "array" };

/** Runs one statement outside of transactions, and returns its rows. `RunNamed` throws domain errors. */
export type RunNamed = (statement: Statement) => Promise<unknown[]>;

/** Returns a function that runs statements on the pool. `prepared`: PostgreSQL plans each once for a connection, by name. */
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

/** PostgreSQL cannot store the NUL character in a text, so no row has an id with a NUL character. */
export function isImpossible(value: unknown): boolean {
  return typeof value === "string" && value.includes("\0");
}

/**
 * Runs statements in one round trip and one transaction: PostgreSQL commits at the Sync message after the last statement. While a statement
 * waits for a lock, another transaction may commit. The later statements of the pipeline see the changes of the other transaction. In one
 * large statement, the later parts would not see the changes of the other transaction.
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

/** The methods of a connection, with fewer arguments than the types of pg declare, because the types are older than the code of pg. */
type Wire = Record<"parse" | "bind" | "describe" | "execute", (message: object) => void>;

/** An object that the package pg runs like a query. The pool sets `callback`, and closes the connection after a failure. */
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
