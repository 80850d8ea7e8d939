import type { RunStatement, Statement } from "./compile-statement.ts";

// This file imports only types, because the thread that starts uploads must not load the query builder.

export type Call = { statement: Statement; values: unknown[] };

/** Runs statements in order, and returns the rows of the last statement as arrays. */
export type RunCalls = (calls: Call[]) => Promise<readonly (readonly unknown[])[]>;

export function inOrder(run: RunStatement): RunCalls {
  return async (calls) => {
    let rows: Awaited<ReturnType<RunStatement>> = [];
    for (const { statement, values } of calls) rows = await run(statement, values);
    return rows;
  };
}
