import { AsyncLocalStorage } from "node:async_hooks";
import type { CompiledQuery, Expression, Kysely, KyselyPlugin, RawBuilder, Selectable, SqlBool } from "kysely";
import type { Clock } from "../clock.ts";
import { DomainError } from "../errors.ts";
import type { RunStatement } from "./compile-statement.ts";
import type { Engine } from "./engine.ts";
import type { Tables } from "./schema.ts";

/** The database, in which each query runs alone, or one transaction. */
export type Tx = {
  kysely: Kysely<Tables>;
  engine: Engine;
  clock: Clock;
  run: RunStatement;
  /** Undefined inside a transaction, because a search would run on another connection. */
  search: Search | undefined;
  /** Undefined if the engine has no journal of URL events, and writes them directly to the table. */
  journal: UrlJournal | undefined;
  /** The queries that were already built for the database or the transaction. An engine adds its faster versions of queries to this map. */
  built: Map<{ name: string }, object>;
  /** Adds tracing spans to queries. Default: no spans. */
  trace?: (<Q extends object>(name: string, queries: Q) => Q) | undefined;
};

/** The database of the service. While the database is unreachable, every call rejects with `database_unavailable`. */
export type Database = Tx & {
  /**
   * Runs `work` in a transaction, so that either all its changes happen or none. The changes are durable when the promise resolves (SQLite:
   * synchronous=FULL). `work` may run several times, so its only effects must be its queries and its result. `freesSpace`: if the disk is
   * full, the embedded database frees some reserved space, and runs `work` again. Default: false.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: { freesSpace?: boolean }): Promise<T>;
  /** The maximum number of searches in notes that should run in parallel. More searches would delay each other or other queries. */
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
 * Defines the queries of one subject. The returned function returns the queries for a database or a transaction, and builds them at its
 * first call. `name`: the beginning of the names of the tracing spans.
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
/** The columns of a `url.issued` event that background jobs read. */
export type IssuedUrlRow = Pick<AuditRow, "id" | "at" | "actor_id" | "note_id" | "attachment_ids" | "detail">;

/** Reads the URL events that are in the journal of SQLite, and not yet in the table of audit events. */
export type UrlJournal = {
  /** Finds the newest events that belong to a note or an owner, and that are older than the event `before`. */
  find(query: {
    column: "note_id" | "owner_id";
    value: string;
    before: string | undefined;
    routine: "include" | "omit";
    limit: number;
  }): AuditRow[];
  /** Finds the oldest `url.issued` events in a range of ids. `ownerId`: null for the events of all owners. */
  findUrls(range: { ownerId: string | null; after: string; before: string; limit: number }): IssuedUrlRow[];
};

/** The time limit of a search, which is enough for thousands of long notes. */
export const SEARCH_LIMIT_MS = 2_000;

/** Runs queries that may read all notes of a person. A query that exceeds the time limit fails with `search_timeout`. */
export type Search = {
  run: <Row>(query: CompiledQuery<Row>) => Promise<Row[]>;
  atOnce: number;
  /** Returns a condition for every note, which fails after the time limit. Only for an engine that cannot stop a query. */
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
 * Runs the transactions of the service. Code inside a transaction must not run a query outside of the transaction. Such a query throws an
 * error. On SQLite, the query could wait forever for the connection of the transaction. On PostgreSQL, the query would not be part of the
 * transaction.
 */
export type Transactions = {
  /** A Kysely plugin for queries outside of transactions. The plugin refuses such a query inside a transaction. */
  guard: KyselyPlugin;
  /** Throws inside the work of a transaction. For queries without Kysely, which `guard` does not see. */
  refuseInside(): void;
  run<T>(db: Kysely<Tables>, work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
};

type Retry = <T>(run: () => Promise<T>) => Promise<T>;

/**
 * `retry`: runs a transaction again if the database stopped it because of a parallel transaction. Default: no retries. `takeTurn`: runs an
 * attempt when it may use a connection. Default: immediately.
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
          // The transaction runs without plugins, because `guard` would refuse its queries.
          db
            .withoutPlugins()
            .transaction()
            .execute(work)
            .finally(() => {
              // After the transaction, a timer that the work started may run queries outside of the transaction again.
              transaction.open = false;
            }),
        );
      };
      return retry(() => takeTurn(attempt));
    },
  };
}
