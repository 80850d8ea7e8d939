import { type Kysely, sql } from "kysely";
import type { Tables } from "../schema.ts";
import { type Search, searchTimeout } from "../search.ts";

/** Fewer searches than the pool has connections, so that other queries also get connections. */
const AT_ONCE = 4;
/** SQLSTATE: the server cancelled the statement. */
const QUERY_CANCELED = "57014";

/** Runs searches with a time limit on the server, so that the server also stops its work. */
export function createPostgresSearch(kysely: Kysely<Tables>, { limitMs }: { limitMs: number }): Search {
  return {
    atOnce: AT_ONCE,
    async run(query) {
      try {
        // The query was compiled by an instance with plugins, which refuses a search inside a transaction.
        const transaction = kysely.withoutPlugins().transaction();
        return await transaction.execute(async (tx) => {
          await sql`set local statement_timeout = ${sql.lit(limitMs)}`.execute(tx);
          return (await tx.executeQuery(query)).rows;
        });
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
