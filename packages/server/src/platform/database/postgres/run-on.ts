import type { RunStatement } from "../compile-statement.ts";
import type { RunNamed } from "./statements.ts";

/** Returns a function that runs compiled statements on the pool, and returns their rows as arrays. */
export function runOn(runNamed: RunNamed): RunStatement {
  return async ({ name, sql }, parameters) => {
    if (parameters.some(isImpossible)) return [];
    return (await runNamed({ name, text: sql, values: parameters, rowMode: "array" })) as unknown[][];
  };
}

/** PostgreSQL can't store the NUL character in a text, so no row has an id with this character. */
export function isImpossible(value: unknown): boolean {
  return typeof value === "string" && value.includes("\0");
}
