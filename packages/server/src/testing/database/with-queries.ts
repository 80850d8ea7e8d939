import type { Tx } from "../../platform/database/queries.ts";

/**
 * Returns the queries of a database or a transaction, with some queries replaced: `{ ...tx, built: withQueries(tx, noteQueries, { … }) }`.
 */
export function withQueries<Q extends object>(tx: Tx, define: (tx: Tx) => Q, replaced: Partial<Q>): Tx["built"] {
  return new Map([...tx.built, [define, { ...define(tx), ...replaced }]]);
}
