import { createHash, randomUUID } from "node:crypto";
import { type Kysely, type PostgresPool, type PostgresPoolClient, sql } from "kysely";
import pg from "pg";
import { type Search, searchTimeout } from "../queries.ts";
import type { Tables } from "../schema.ts";
import { isLostServer, isLostStatement, retryConflicts, toPostgresDomainError } from "./errors.ts";
import type { Primary } from "./primary.ts";

/** The number of connections for all queries except lookups and the issue of URLs. */
export const DEFAULT_POOL_SIZE = 10;
/** The number of connections for lookups and the issue of URLs. */
export const URL_POOL_SIZE = 4;
const CONNECT_TIMEOUT_MS = 1_500;
const QUERY_TIMEOUT_MS = 2_500;
/** The maximum time that a statement of an embedding waits for a lock. The application may hold locks in its own transactions. */
export const EMBEDDING_LOCK_TIMEOUT_MS = 1_000;
const INT8 = 20;
// The SQLSTATE code of each statement that follows a failed statement in a transaction.
const AFTER_FAILURE = "25P02";

export const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    // The column type int8 stores instants and sizes, which are far below 2^53. By default, pg returns an int8 as a text.
    return oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text");
  },
} as pg.CustomTypesConfig;

type PoolOptions = {
  primary: Primary;
  maxConnections: number;
  queryTimeoutMs?: number;
  /** The maximum time that a statement waits for a lock. Connection poolers refuse this startup parameter. Default: not set. */
  lockTimeoutMs?: number | undefined;
};

/**
 * Creates a connection pool whose calls fail within seconds while the server is unreachable, and work again afterwards. The client enforces
 * the time limit of a query, because a limit on the server would not help while the server is unreachable. Connection poolers also refuse
 * the startup parameter for such a limit. After the time limit, the client closes its connection and does not cancel the query, because a
 * cancelled commit would look successful.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const { primary, maxConnections, queryTimeoutMs = QUERY_TIMEOUT_MS, lockTimeoutMs } = options;
  const clients = new Set<pg.PoolClient & { url?: string | undefined }>();
  const pool = new PrimaryPool(primary, {
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
    ...(lockTimeoutMs !== undefined && { lock_timeout: lockTimeoutMs }),
    keepAlive: true,
    types,
    onConnect: (client) => primary.admit(client),
  });
  // When a connection breaks, its query fails, and the pool drops the connection. The pool also emits the event "error", which would end
  // the process without a listener.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    clients.add(client);
    client.on("error", () => undefined);
    client.on("notice", ({ routine }) => {
      if (routine === LOST_WAIT) failWith(client, new Error("The commit may be lost: its wait for the standby ended"));
    });
  });
  pool.on("remove", (client) => clients.delete(client));
  primary.onMove((url) => {
    for (const client of clients) if (client.url !== url) failWith(client, new Error("Another host is the primary"));
  });
  return pool;
}

/**
 * The source of the warning that a commit ended before a standby confirmed the commit. The text of the warning depends on the language of
 * the server.
 */
const LOST_WAIT = "SyncRepWaitForLSN";

/** Fails the running query immediately, before the rest of the received messages, and closes the connection. */
function failWith({ connection }: pg.Client, error: Error): void {
  connection.emit("error", error);
  connection.stream.destroy();
}

type Callback = Parameters<pg.Pool["connect"]>[0];

/** Connects to the primary. If the connection fails, searches the primary in all hosts, and connects again. */
class PrimaryPool extends pg.Pool {
  readonly #primary: Primary;

  constructor(primary: Primary, options: pg.PoolConfig) {
    class Client extends pg.Client {
      readonly url = primary.current();

      constructor() {
        super({ ...options, connectionString: primary.current() });
        // After some errors of a sign-in, such as a missing password, pg leaves the connection open, and the process could not end.
        this.connection.once("error", () => this.connection.stream.destroy());
      }
    }
    super({ ...options, Client });
    this.#primary = primary;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.connect((error, client) => (client === undefined ? reject(error) : resolve(client)));
      });
    }
    const again = () =>
      this.#primary.find().then(
        () => super.connect(callback),
        (error) => callback(error, undefined, () => undefined),
      );
    if (this.#primary.current() === undefined) return void again();
    super.connect((error, client, release) => {
      if (error === undefined || !this.#primary.hasOthers) return callback(error, client, release);
      void again();
    });
  }
}

/** Adapts the pool to Kysely, and converts errors to domain errors. A failed connection is not used again. Default of `names`: no names. */
export function kyselyPool(pool: pg.Pool, names: StatementNames = noNames): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch(rethrow);
      let wrapped = known.get(client);
      if (wrapped === undefined) {
        wrapped = wrapClient(client, names);
        known.set(client, wrapped);
      }
      return wrapped;
    },
  };
}

function wrapClient(client: pg.PoolClient, names: StatementNames): PostgresPoolClient {
  let broken = false;
  let isStale = false;
  let failure: unknown;
  const queryOnce = async (text: string, values: readonly unknown[]) => {
    if (broken) throw toPostgresDomainError(new Error("The connection failed earlier in this transaction."));
    const isAlone = client.getTransactionStatus() === "I";
    const name = names.nameOf(text);
    try {
      const result = await client.query({ name, text, values: values as unknown[] });
      failure = undefined;
      return result;
    } catch (error) {
      // After a timeout, the result may still arrive, and would delay the next caller on the connection.
      broken = isLostServer(error);
      if (isLostStatement(error)) {
        names.renew(text, name);
        // The connection may also have lost the names of other statements in the transaction. The next attempt uses another connection.
        isStale ||= !isAlone;
      }
      // After a failed query, the migrator runs another query, which fails with AFTER_FAILURE. Only the first error shows the real reason.
      if (!(error instanceof pg.DatabaseError && error.code === AFTER_FAILURE)) failure = error;
      return rethrow(failure ?? error);
    }
  };
  // Only statements outside of transactions are retried. A statement in a transaction cannot be repeated without the other statements of
  // the transaction.
  const query = (text: string, values: readonly unknown[]) =>
    client.getTransactionStatus() === "I" ? retryConflicts(() => queryOnce(text, values)) : queryOnce(text, values);
  return {
    query: query as unknown as PostgresPoolClient["query"],
    release: (destroy) => client.release(destroy === true || broken || isStale),
  };
}

function rethrow(error: unknown): never {
  throw toPostgresDomainError(error);
}

/** The names of prepared statements. PostgreSQL parses a named statement only once for each connection, and can cache its plan. */
type StatementNames = {
  /** Returns the name of a statement, or undefined if the statement needs no name. */
  nameOf(sql: string): string | undefined;
  /** Gives the statement another name, because PostgreSQL cannot run the statement under its old name any more. */
  renew(sql: string, lost: string | undefined): void;
};

export const noNames: StatementNames = { nameOf: () => undefined, renew: () => undefined };

/** The maximum number of named statements, which limits the memory of each connection in PostgreSQL. */
const MAX_NAMES = 500;

/** The number of renewals after which no statement has a name. A pooler that always loses names would fill PostgreSQL with statements. */
const MAX_RENEWALS = 100;

const CAN_HAVE_PLAN = /^(?:select|insert|update|delete|with) /;
/** Matches an insert of several rows. Inserts with different numbers of rows have different SQL texts, which would need too many names. */
const SEVERAL_ROWS = /^insert .*\), \(\$/;
/**
 * Matches a query that selects all columns of a table. A migration by another replica can add a column, and PostgreSQL then refuses the
 * statement under its old name.
 */
const ALL_COLUMNS = /(?:^|[\s,.])\*(?=\s*(?:,|from (?!\()|$))/;

/** Creates names that are hashes of the statements. */
export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  let renewed = 0;
  return {
    nameOf(sql) {
      if (renewed >= MAX_RENEWALS) return undefined;
      const known = names.get(sql);
      if (known !== undefined || names.size >= MAX_NAMES) return known;
      if (!CAN_HAVE_PLAN.test(sql) || SEVERAL_ROWS.test(sql) || ALL_COLUMNS.test(sql)) return undefined;
      const name = hashOf(sql);
      names.set(sql, name);
      return name;
    },

    renew(sql, lost) {
      // Several connections can lose the same name at the same time. Only the first connection makes a new name.
      if (lost === undefined || names.get(sql) !== lost) return;
      renewed += 1;
      names.set(sql, hashOf(randomUUID()));
    },
  };
}

function hashOf(text: string): string {
  return `vk_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

/** The maximum number of parallel searches. The number is smaller than the pool, so that other queries also get connections. */
const AT_ONCE = 4;

/** The SQLSTATE code of a statement that the server cancelled. */
const QUERY_CANCELED = "57014";

/** Runs searches with a time limit that the server enforces, so the server also stops its own work after a timeout. */
export function createPostgresSearch(kysely: Kysely<Tables>, { limitMs }: { limitMs: number }): Search {
  return {
    atOnce: AT_ONCE,
    async run(query) {
      try {
        // The transaction of the search runs without Kysely's plugins, which have already refused a search inside another transaction when
        // the query was compiled.
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
