import { AsyncLocalStorage } from "node:async_hooks";
import type { CompiledQuery, Expression, Kysely, KyselyPlugin, RawBuilder, Selectable, SqlBool } from "kysely";
import type { Clock } from "../clock.ts";
import { DomainError } from "../errors.ts";
import type { RunStatement } from "./compile-statement.ts";
import type { Engine } from "./engine.ts";
import type { Tables } from "./schema.ts";

/** The place where queries run: the database, in which each query runs alone, or one transaction. */
export type Tx = {
  kysely: Kysely<Tables>;
  engine: Engine;
  clock: Clock;
  /** Runs a compiled SQL statement. */
  run: RunStatement;
  /** The member `search` is undefined inside a transaction, where a search would run on another connection. */
  search: Search | undefined;
  /** The member `journal` is undefined if the engine has no journal, and writes URL events directly to the table. */
  journal: UrlJournal | undefined;
  /** The queries that were already built for the database or the transaction. An engine adds its faster versions of queries to `built`. */
  built: Map<{ name: string }, object>;
  /** Adds tracing spans to queries. If `trace` is undefined, queries have no traces. */
  trace?: (<Q extends object>(name: string, queries: Q) => Q) | undefined;
};

/** The database of the service. While the database is unreachable, every call rejects with `database_unavailable`. */
export type Database = Tx & {
  /**
   * Runs `work` in a transaction, so that either all changes happen or no change. The changes are durable when the promise resolves
   * (SQLite: synchronous=FULL). The function `work` may run several times, so `work` must have no effects except its queries and its
   * result. `freesSpace`: if the disk is full, the embedded database frees some reserved space, and runs `work` again. The default of
   * `freesSpace` is false.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: { freesSpace?: boolean }): Promise<T>;
  /** How many searches in notes should run in parallel. More would delay each other or other queries. */
  searchesAtOnce: number;
  /** Checks that the database and the log of URL events accept writes. Rejects with `database_unavailable` or `storage_full`. */
  probe(): Promise<void>;
  /** Returns the state of the connection pools. The list of pools is empty on SQLite. */
  pools(): PoolState[];
  close(): Promise<void>;
};

/** The numbers of idle and busy connections, and of callers that wait for a connection. */
export type PoolState = { name: string; idle: number; busy: number; waiting: number };

/**
 * Defines the queries of one subject. The returned function returns the queries for the database or a transaction, and builds the queries
 * at the first call. The parameter `name` is the beginning of the names of the tracing spans.
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

export type AuditRow = Selectable<Tables["audit_events"]>;
/** The columns of an event about issued URLs that background jobs read. */
export type IssuedUrlRow = Pick<AuditRow, "id" | "at" | "actor_id" | "note_id" | "attachment_ids" | "detail">;

/** Reads the URL events that are still in the journal of SQLite, and not yet in the table of audit events. */
export type UrlJournal = {
  /** Finds the newest events that belong to a note or an owner and are older than the event `before`. */
  find(query: {
    column: "note_id" | "owner_id";
    value: string;
    before: string | undefined;
    routine: "include" | "omit";
    limit: number;
  }): AuditRow[];
  /** Finds the oldest `url.issued` events in a range of ids. `ownerId`: null for the events of every owner. */
  findUrls(range: { ownerId: string | null; after: string; before: string; limit: number }): IssuedUrlRow[];
};

/** The time limit of a search is enough for thousands of long notes. */
export const SEARCH_LIMIT_MS = 2_000;

/** Runs queries that may read all notes of a person. A query that exceeds the time limit stops with `search_timeout`. */
export type Search = {
  run: <Row>(query: CompiledQuery<Row>) => Promise<Row[]>;
  /** The maximum number of searches that run in parallel. */
  atOnce: number;
  /** Only for an engine that cannot stop a query: a condition for every note, which fails after the time limit. */
  inTime?: (noteId: Expression<string>) => RawBuilder<SqlBool>;
};

export function searchTimeout(limitMs: number, cause: unknown): DomainError {
  const seconds = limitMs / 1_000;
  return new DomainError(
    "search_timeout",
    `The search took longer than ${seconds} seconds, so it was stopped. Request fewer notes, or try again when fewer people search.`,
    { cause },
  );
}

/**
 * Runs the transactions of the service. If code inside of a transaction runs a query outside of this transaction, the query throws. Without
 * this check, a query on SQLite could wait for the connection that the transaction holds. On PostgreSQL, the query would run outside of the
 * transaction without an error.
 */
export type Transactions = {
  /** A plugin for the Kysely instance outside of transactions. */
  guard: KyselyPlugin;
  /** Throws inside the work of a transaction. For queries that bypass Kysely, which `guard` does not see. */
  refuseInside(): void;
  run<T>(db: Kysely<Tables>, work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
};

type Retry = <T>(run: () => Promise<T>) => Promise<T>;

/**
 * `retry` runs a transaction again that the database stopped because of a parallel one. Default: no retries. `takeTurn` runs an attempt
 * when it may take a connection. Default: at once.
 */
export function createTransactions(options: { retry?: Retry; takeTurn?: Retry } = {}): Transactions {
  const { retry = (run) => run(), takeTurn = (run) => run() } = options;
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
      const attempt = () => {
        const transaction = { open: true };
        return current.run(transaction, () =>
          // The transaction runs without plugins, because the plugin `guard` would refuse the queries of the transaction.
          db
            .withoutPlugins()
            .transaction()
            .execute(work)
            .finally(() => {
              // After the end of the transaction, a timer that the work started may run queries outside of the transaction again.
              transaction.open = false;
            }),
        );
      };
      return retry(() => takeTurn(attempt));
    },
  };
}
