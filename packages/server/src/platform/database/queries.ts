import type { Kysely } from "kysely";
import type { Clock } from "../clock.ts";
import type { RunStatement } from "./compile-statement.ts";
import type { Engine } from "./engine.ts";
import type { Tables } from "./schema.ts";
import type { Search } from "./search.ts";
import type { UrlJournal } from "./url-journal.ts";

/** Where queries run: the database, in which each query runs alone, or one transaction. */
export type Tx = {
  kysely: Kysely<Tables>;
  engine: Engine;
  clock: Clock;
  /** Runs a statement that was compiled before. */
  run: RunStatement;
  /** Undefined inside of a transaction, where a search would run on another connection. */
  search: Search | undefined;
  /** Undefined: the engine has no journal, and writes URL events directly to the table. */
  journal: UrlJournal | undefined;
  /** The queries that were already built for this place. An engine adds its faster versions here. */
  built: Map<{ name: string }, object>;
  /** Adds tracing spans to queries. Undefined: no traces. */
  trace?: (<Q extends object>(name: string, queries: Q) => Q) | undefined;
};

/** The database. While it is unreachable, every call rejects with `database_unavailable`. */
export type Database = Tx & {
  /**
   * Runs `work` in a transaction: all changes happen, or none. The changes are durable when the promise resolves (SQLite:
   * synchronous=FULL). `work` may run several times, so it must have no effects except its queries and its result. `freesSpace`: if the
   * disk is full, the embedded database frees some reserved space and runs `work` again. Default: false.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: { freesSpace?: boolean }): Promise<T>;
  /**
   * The maximum number of searches in notes that should run at the same time. With more, searches would delay each other or other queries.
   */
  searchesAtOnce: number;
  /** Checks that the database and the log of URL events accept writes. Rejects with `database_unavailable` or `storage_full`. */
  probe(): Promise<void>;
  /** Returns the state of the connection pools. The list is empty on SQLite. */
  pools(): PoolState[];
  close(): Promise<void>;
};

/** The numbers of idle and busy connections, and of callers that wait for a connection. */
export type PoolState = { name: string; idle: number; busy: number; waiting: number };

/**
 * Defines the queries of one subject. The returned function gives these queries for the database or a transaction, and builds them at the
 * first call. `name`: the beginning of the names of their tracing spans.
 *
 * @example
 * export const linkQueries = defineQueries("database.links", ({ kysely: db }) => ({
 *   find: (id: string) => db.selectFrom("links").selectAll().where("id", "=", id).executeTakeFirst(),
 * }));
 * await linkQueries(tx).find(id);
 */
export function defineQueries<Q extends object>(name: string, build: (tx: Tx) => Q): (tx: Tx) => Q {
  function queries(tx: Tx): Q {
    const known = tx.built.get(queries) as Q | undefined;
    if (known !== undefined) return known;
    const built = build(tx);
    const result = tx.trace?.(name, built) ?? built;
    tx.built.set(queries, result);
    return result;
  }
  return Object.defineProperty(queries, "name", { value: name });
}
