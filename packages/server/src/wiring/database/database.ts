import type { Kysely } from "kysely";
import type { AccessQueries } from "../../features/access/access-port.ts";
import type { UrlAuditLog } from "../../features/audit/audit-port.ts";
import type { UploadQueries } from "../../features/uploads/uploads-port.ts";
import type { EngineName } from "../../platform/database/engine.ts";
import type { Database } from "../../platform/database/port.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Transactions } from "../../platform/database/transactions.ts";
import { buildQueries, type QueryContext } from "./build-queries.ts";
import type { Lookups } from "./lookups.ts";

/** The database port, and `kysely` for the tables of the accounts library. */
export type OpenDatabase = Database & {
  kysely: Kysely<Tables>;
  engine: EngineName;
  /** Returns the state of the connection pools. The list is empty on SQLite. */
  pools(): PoolState[];
};

/** The numbers of idle and busy connections, and of callers that wait for a connection. */
export type PoolState = { name: string; idle: number; busy: number; waiting: number };

/** Builds the database port from the parts that an engine opened. */
export function assembleDatabase(parts: {
  kysely: Kysely<Tables>;
  transactions: Transactions;
  context: QueryContext;
  /** The access queries that run outside of transactions. These queries run often, so they must be fast. */
  access: AccessQueries;
  /** The lookups that run outside of transactions. Almost every HTTP request runs some of them, so they must be fast. */
  lookups: Lookups;
  /**
   * The queries that start and complete an upload, each in its own transaction. These queries run for every upload, so they must be fast.
   */
  uploadSteps: Pick<UploadQueries, "start" | "complete">;
  urlAudit: UrlAuditLog;
  /** Default: the database has no pools. */
  pools?: () => PoolState[];
  /**
   * Runs a transaction that frees space. If the disk is full, deletes the reserve file and runs the transaction again. Undefined on
   * PostgreSQL, because the service does not manage the disk of that server.
   */
  spendReserve?: <T>(run: () => Promise<T>) => Promise<T>;
  closeOthers: () => Promise<void>;
}): OpenDatabase {
  const { kysely, transactions, context, uploadSteps, urlAudit } = parts;
  const lookups = outsideTransactions(parts.lookups, transactions);
  const queries = buildQueries(kysely, context);
  return {
    ...queries,
    access: parts.access,
    callers: lookups,
    disabledUsers: { ...queries.disabledUsers, has: lookups.isDisabled },
    people: { ...queries.people, find: lookups.person },
    items: { ...queries.items, find: lookups.item, findOfFile: lookups.itemOfFile },
    uploads: {
      ...queries.uploads,
      async start(start) {
        transactions.refuseInside();
        return uploadSteps.start(start);
      },
      async complete(completion) {
        transactions.refuseInside();
        return uploadSteps.complete(completion);
      },
    },
    urlAudit,
    searchesAtOnce: context.search.atOnce,
    kysely,
    engine: context.engine.name,
    pools: parts.pools ?? (() => []),
    transaction(work, { freesSpace = false } = {}) {
      const run = () => transactions.run(kysely, (transaction) => work(buildQueries(transaction, context)));
      return freesSpace && parts.spendReserve !== undefined ? parts.spendReserve(run) : run();
    },
    async probe() {
      // The probe commits a write, because SQLite writes to the disk only at a commit.
      const row = { id: 1, probed_at: context.clock() };
      await kysely
        .insertInto("probes")
        .values(row)
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
      await urlAudit.probe();
    },
    async close() {
      await urlAudit.close();
      await parts.closeOthers();
      await kysely.destroy();
    },
  };
}

/** Makes the lookups refuse calls inside of a transaction. Such a lookup would run on another connection, and miss the changes. */
function outsideTransactions(lookups: Lookups, { refuseInside }: Pick<Transactions, "refuseInside">): Lookups {
  const guarded = Object.entries(lookups).map(([name, find]: [string, (key: never) => Promise<unknown>]) => [
    name,
    async (key: never) => {
      refuseInside();
      return find(key);
    },
  ]);
  return Object.fromEntries(guarded);
}
