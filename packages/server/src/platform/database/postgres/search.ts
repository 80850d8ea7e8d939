import { type Kysely, sql } from "kysely";
import type { Search } from "../queries.ts";
import { searchTimeout } from "../queries.ts";
import type { Tables } from "../schema.ts";
import { retryConflicts } from "./errors.ts";

/** Searches use fewer connections than the pool has, so that other queries also get connections. */
const AT_ONCE = 4;
/** The SQLSTATE code of a statement that the server cancelled. */
const QUERY_CANCELED = "57014";

/** Runs searches. The server enforces the time limit, so it also stops its own work after a timeout. */
export function createPostgresSearch(kysely: Kysely<Tables>, { limitMs }: { limitMs: number }): Search {
  return {
    atOnce: AT_ONCE,
    async run(query) {
      try {
        // Needs no plugins. When the query was compiled, the plugins already refused a search inside a transaction.
        const transaction = kysely.withoutPlugins().transaction();
        return await retryConflicts(() =>
          transaction.execute(async (tx) => {
            // PostgreSQL underestimates the cost of a scan of the index table, because it stores the terms outside of the rows.
            await sql`
              select set_config('statement_timeout', ${String(limitMs)}, true), set_config('enable_seqscan', 'off', true)`.execute(
              tx,
            );
            return (await tx.executeQuery(query)).rows;
          }),
        );
      } catch (error) {
        throw isCanceled(error) ? searchTimeout(limitMs, error) : error;
      }
    },
  };
}

function isCanceled(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return cause?.code === QUERY_CANCELED;
}
