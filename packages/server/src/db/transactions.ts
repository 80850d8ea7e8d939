import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, KyselyPlugin } from "kysely";
import type { Tables } from "./schema.ts";

/**
 * Runs transactions. Inside the work of a transaction, a query of the outer database throws. Without this, such a query would wait
 * for the transaction's own connection (SQLite), or would run outside of the transaction without an error (PostgreSQL).
 */
export type Transactions = {
  /** A plugin for the Kysely instance that is used outside of transactions. */
  guard: KyselyPlugin;
  /** Throws if it is called inside the work of a transaction. For queries that do not use the instance with `guard`. */
  refuseInside(): void;
  run<T>(db: Kysely<Tables>, work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
};

type Retry = <T>(run: () => Promise<T>) => Promise<T>;

/** `retry` runs a whole transaction again if the database stopped the transaction because of another one. Default: no retries. */
export function createTransactions({ retry = (run) => run() }: { retry?: Retry } = {}): Transactions {
  const current = new AsyncLocalStorage<{ open: boolean }>();
  function refuseInside(): void {
    if (current.getStore()?.open) throw new Error("Inside a transaction, use the queries that it passes in.");
  }
  return {
    refuseInside,
    guard: {
      transformQuery({ node }) {
        refuseInside();
        return node;
      },
      transformResult: async ({ result }) => result,
    },
    run: async (db, work) => {
      refuseInside();
      return retry(() => {
        const transaction = { open: true };
        return current.run(transaction, () =>
          // Only the outer instance has the guard. The transaction has no plugins.
          db
            .withoutPlugins()
            .transaction()
            .execute(work)
            .finally(() => {
              // Timers that the work has started may use the outer database again.
              transaction.open = false;
            }),
        );
      });
    },
  };
}
