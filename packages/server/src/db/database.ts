import { type Kysely, sql } from "kysely";
import type { AccessQueries, Database, UrlAuditLog } from "../usecases/ports/index.ts";
import type { EngineName } from "./engine.ts";
import { buildQueries, type QueryContext } from "./queries/index.ts";
import type { Tables } from "./schema.ts";
import type { Transactions } from "./transactions.ts";

/** The database port, and the connection for the tables of the accounts library. */
export type OpenDatabase = Database & { kysely: Kysely<Tables>; engine: EngineName };

/** Assembles the port from the parts that an engine opened. */
export function assembleDatabase(parts: {
  kysely: Kysely<Tables>;
  transactions: Transactions;
  context: QueryContext;
  /** The access queries of the hot path, outside of transactions. */
  access: AccessQueries;
  urlAudit: UrlAuditLog;
  closeOthers: () => Promise<void>;
}): OpenDatabase {
  const { kysely, context, urlAudit } = parts;
  return {
    ...buildQueries(kysely, context),
    access: parts.access,
    urlAudit,
    searchesAtOnce: context.search.atOnce,
    kysely,
    engine: context.engine.name,
    transaction: (work) => parts.transactions.run(kysely, (transaction) => work(buildQueries(transaction, context))),
    async probe() {
      await kysely.selectNoFrom(sql.lit(1).as("one")).execute();
    },
    async close() {
      await urlAudit.close();
      await parts.closeOthers();
      await kysely.destroy();
    },
  };
}
