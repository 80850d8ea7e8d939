import { CompiledQuery, type Kysely } from "kysely";
import { type AccessQueries, accessQueries } from "../../features/access/queries.ts";
import { type UrlAuditLog, urlAuditLog } from "../../features/audit/queries.ts";
import { type Lookups, lookupQueries } from "../../features/people/lookup-queries.ts";
import { type UploadSteps, uploadQueries } from "../../features/uploads/queries/uploads.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { putFact } from "../../platform/database/facts.ts";
import type { Database, PoolState, Search, Transactions, Tx, UrlJournal } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";

/** Returns the object on which queries run: a connection, a pool or a transaction. */
export function queriesOn(
  kysely: Kysely<Tables>,
  {
    engine,
    clock,
    search,
    journal,
  }: { engine: Engine; clock: Clock; search?: Search; journal?: UrlJournal | undefined },
): Tx {
  return {
    kysely,
    engine,
    clock,
    run: async ({ sql }, values) =>
      (await kysely.executeQuery<object>(CompiledQuery.raw(sql, values))).rows.map(Object.values),
    search: kysely.isTransaction ? undefined : search,
    journal,
    built: new Map(),
  };
}

export function assembleDatabase(parts: {
  kysely: Kysely<Tables>;
  transactions: Transactions;
  engine: Engine;
  clock: Clock;
  search: Search;
  journal?: UrlJournal;
  /** The access queries outside of transactions. They run often, so they must be fast. */
  access: AccessQueries;
  /** The lookups outside of transactions. Almost every HTTP request runs a lookup, so lookups must be fast. */
  lookups: Lookups;
  /** The queries that start and complete an upload, each in its own transaction. Every upload runs these queries, so they must be fast. */
  uploadSteps: UploadSteps;
  urlAudit: UrlAuditLog;
  /** The connection pools of the database. Default: none. */
  pools?: () => PoolState[];
  /**
   * Runs a transaction that frees space. If the disk is full, deletes the reserve file and runs the transaction again. Undefined on
   * PostgreSQL, because the service does not manage the disk of PostgreSQL.
   */
  spendReserve?: <T>(run: () => Promise<T>) => Promise<T>;
  closeOthers: () => Promise<void>;
}): Database {
  const { kysely, transactions, uploadSteps, urlAudit } = parts;
  const place = queriesOn(kysely, parts);
  const uploads = { ...uploadQueries(place), ...outsideTransactions(uploadSteps, transactions) };
  place.built
    .set(accessQueries, parts.access)
    .set(lookupQueries, outsideTransactions(parts.lookups, transactions))
    .set(uploadQueries, uploads)
    .set(urlAuditLog, urlAudit);
  return {
    ...place,
    searchesAtOnce: parts.search.atOnce,
    pools: parts.pools ?? (() => []),
    transaction(work, { freesSpace = false } = {}) {
      const run = () => transactions.run(kysely, (transaction) => work(queriesOn(transaction, parts)));
      return freesSpace && parts.spendReserve !== undefined ? parts.spendReserve(run) : run();
    },
    async probe() {
      // SQLite writes to the disk only at a commit, so the probe commits a row.
      await putFact(kysely, { name: "probe", value: parts.clock() });
      await urlAudit.probe();
    },
    async close() {
      await urlAudit.close();
      await parts.closeOthers();
      await kysely.destroy();
    },
  };
}

/** Makes queries refuse calls inside a transaction, because they would use another connection and miss the changes of the transaction. */
function outsideTransactions<Q extends object>(queries: Q, { refuseInside }: Pick<Transactions, "refuseInside">): Q {
  const guarded = Object.entries(queries).map(([name, run]: [string, (...given: never[]) => Promise<unknown>]) => [
    name,
    async (...given: never[]) => {
      refuseInside();
      return run(...given);
    },
  ]);
  return Object.fromEntries(guarded);
}
