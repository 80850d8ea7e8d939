import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, KyselyPlugin } from "kysely";
import type { Tables } from "./schema.ts";

/**
 * Runs transactions. Inside the work of a transaction, a query throws if it does not use the transaction. Without this check, on SQLite the
 * query could wait for the connection that the transaction itself holds. On PostgreSQL, the query would run outside of the transaction
 * without an error.
 */
export type Transactions = {
  /** A plugin for the Kysely instance that is used outside of transactions. */
  guard: KyselyPlugin;
  /**
   * Throws if it is called inside the work of a transaction. Queries that bypass Kysely call this method, because `guard` does not see
   * them.
   */
  refuseInside(): void;
  run<T>(db: Kysely<Tables>, work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
};

type Retry = <T>(run: () => Promise<T>) => Promise<T>;

/** `retry` runs a whole transaction again if the database stopped it because of a parallel transaction. Default: no retries. */
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
          // The transaction runs without plugins, because the plugin `guard` would refuse the queries that the transaction runs.
          db
            .withoutPlugins()
            .transaction()
            .execute(work)
            .finally(() => {
              // From now on, a timer that the work started may run queries outside of the transaction again.
              transaction.open = false;
            }),
        );
      });
    },
  };
}
