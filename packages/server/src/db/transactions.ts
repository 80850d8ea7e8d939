import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, KyselyPlugin } from "kysely";
import type { Tables } from "./schema.ts";

/**
 * Runs transactions, and keeps queries of the outer database out of them: inside `run`'s work such a query would wait for the very
 * connection that the transaction holds (SQLite), or run outside of the transaction unnoticed (PostgreSQL). It throws instead.
 */
export type Transactions = {
  /** A plugin for the outer Kysely instance. */
  guard: KyselyPlugin;
  run<T>(db: Kysely<Tables>, work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
};

export function createTransactions(): Transactions {
  const current = new AsyncLocalStorage<{ open: boolean }>();
  function refuseInside(): void {
    if (current.getStore()?.open) throw new Error("Inside a transaction, use the queries that it passes in.");
  }
  return {
    guard: {
      transformQuery({ node }) {
        refuseInside();
        return node;
      },
      transformResult: async ({ result }) => result,
    },
    run: async (db, work) => {
      refuseInside();
      const transaction = { open: true };
      return current.run(transaction, () =>
        // Only the outer instance has the guard; what the work is given has no plugins.
        db
          .withoutPlugins()
          .transaction()
          .execute(work)
          .finally(() => {
            // What the work has left running, such as a timer, may use the outer database again.
            transaction.open = false;
          }),
      );
    },
  };
}
