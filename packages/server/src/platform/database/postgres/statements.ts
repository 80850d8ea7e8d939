import type pg from "pg";
import { retryConflicts } from "./conflicts.ts";
import { toPostgresDomainError } from "./errors.ts";

type Statement = { name: string; text: string; values: unknown[]; rowMode?: "array" };

/** Runs one statement outside of transactions, and returns its rows. Throws domain errors. */
export type RunNamed = (statement: Statement) => Promise<unknown[]>;

/**
 * Returns a function that runs statements on the pool. `prepared`: the statements have names, so PostgreSQL parses and plans each of them
 * only once for each connection.
 */
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
