import type pg from "pg";
import { retryConflicts } from "./conflicts.ts";
import { toPostgresDomainError } from "./errors.ts";

type Statement = { name: string; text: string; values: unknown[]; rowMode?: "array" };

/** Runs a statement of the hot path outside of transactions, and returns its rows. Throws domain errors. */
export type RunNamed = (statement: Statement) => Promise<unknown[]>;

/** `prepared`: statements have names. Then PostgreSQL parses and plans a statement only once for each connection. */
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
