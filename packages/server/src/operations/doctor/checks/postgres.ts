import pg from "pg";
import type { DatabaseConfig } from "../../../platform/config/index.ts";
import type { Check } from "../check.ts";
import { finding, type Outcome } from "../finding.ts";
import { commandFix, environmentFix, stepFix } from "../fixes/environment.ts";
import { judgeSettings, readSettings } from "./postgres-settings.ts";

type Postgres = Extract<DatabaseConfig, { kind: "postgres" }>;

const TIMEOUT_MS = 5_000;
// The SQLSTATE codes for invalid authorization, and for a database that does not exist.
const BAD_LOGIN = /^28|^3D000$/;
const TRANSACTIONS = 6;

/** Connects to PostgreSQL as the service does, and reads its settings. The check changes nothing. */
export const postgresCheck: Check = {
  name: "PostgreSQL",
  applies: ({ config }) => config.database.kind === "postgres",
  async run({ config, clock }) {
    const { database } = config;
    if (database.kind !== "postgres") return [];
    const clients = [connect(database), connect(database)] as const;
    const [first] = clients;
    try {
      for (const client of clients) await client.connect();
      const pooler = await judgePooler(clients, database);
      if (pooler.length > 0) return pooler;
      return judgeSettings(await readSettings(first, { clock }));
    } catch (error) {
      return [explain(error, database)];
    } finally {
      for (const client of clients) await client.end().catch(() => undefined);
    }
  },
};

function connect({ url }: Postgres): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // When a connection breaks, its query fails. The connection also emits "error". Without a listener, this event would end the process.
  client.on("error", () => undefined);
  return client;
}

/** Reports a pooler that refuses transactions, or that loses the names of statements. */
async function judgePooler(clients: readonly pg.Client[], { prepared }: Postgres): Promise<Outcome[]> {
  const [client] = clients;
  if (client === undefined) return [];
  try {
    await client.query("begin");
    await client.query("rollback");
  } catch (error) {
    if (!/statement pooling mode/.test(messageOf(error))) throw error;
    const fix = [{ label: "pgbouncer.ini", text: "pool_mode = transaction" }];
    return [finding("pooler-statement-mode", { detail: "The pooler refused BEGIN.", fix })];
  }
  if (prepared !== "on" || (await keepsNames(clients))) return [];
  const detail = "A prepared statement was unknown, or taken, in a later transaction.";
  const fix = [
    ...environmentFix("DATABASE_PREPARED=auto"),
    { label: "or pgbouncer.ini", text: "max_prepared_statements = 200" },
  ];
  return [finding("pooler-names", { detail, fix })];
}

/**
 * Whether named statements work. Uses the same name on two connections, one after the other. A pooler that ignores names gives both
 * connections the same server connection, where the name is already taken.
 */
async function keepsNames(clients: readonly pg.Client[]): Promise<boolean> {
  const name = "vk_doctor";
  try {
    for (let turn = 0; turn < TRANSACTIONS; turn += 1) {
      for (const client of clients) await client.query({ name, text: "select 1" });
    }
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && (error.code === "26000" || error.code === "42P05")) return false;
    throw error;
  } finally {
    // Removes the named statement, because a pooler keeps its server connection open after this client connection ends.
    for (const client of clients) await client.query(`deallocate ${name}`).catch(() => undefined);
  }
}

function explain(error: unknown, { url }: Postgres): Outcome {
  const { host } = new URL(url);
  const code = (error as { code?: unknown }).code;
  if (error instanceof pg.DatabaseError && BAD_LOGIN.test(error.code ?? "")) {
    const fix = environmentFix("DATABASE_URL=postgres://user:password@host:5432/database");
    return finding("database-login", { detail: `PostgreSQL at ${host} responded with SQLSTATE ${error.code}.`, fix });
  }
  const fix = [
    ...commandFix(`pg_isready --host=${new URL(url).hostname} --port=${new URL(url).port || 5432}`),
    ...stepFix("Start PostgreSQL, or correct DATABASE_URL."),
  ];
  return finding("database-unreachable", {
    detail: `${host}: ${typeof code === "string" ? code : messageOf(error)}.`,
    fix,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
