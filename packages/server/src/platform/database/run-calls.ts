import type { RunStatement, Statement } from "./compile-statement.ts";

// The file run-calls.ts imports only types, because the thread that starts uploads does not load the query builder.

/** A call is a compiled statement with the values for one run. */
export type Call = { statement: Statement; values: unknown[] };

/** Runs statements in order, and returns the rows of the last statement as arrays. */
export type RunCalls = (calls: Call[]) => Promise<readonly (readonly unknown[])[]>;

/** Returns a function that runs calls one after another. */
export function inOrder(run: RunStatement): RunCalls {
  return async (calls) => {
    let rows: Awaited<ReturnType<RunStatement>> = [];
    for (const { statement, values } of calls) rows = await run(statement, values);
    return rows;
  };
}
