import pg from "pg";
import type { DatabaseConfig } from "../../../platform/config/index.ts";
import { hostsOf, urlsOf } from "../../../platform/database/postgres/hosts.ts";
import {
  type Answer,
  acceptsWrites,
  createPrimary,
  NotPrimary,
  newestOf,
  textOf,
} from "../../../platform/database/postgres/primary.ts";
import { commandFix, environmentFix, fault, findingOf, type Outcome, stepFix } from "../finding.ts";
import type { Check } from "../parts.ts";
import { judgeSettings, readSettings, type Settings, setting } from "./postgres-settings.ts";

/** Faults of the connection to PostgreSQL, of its standbys, and of a connection pooler in front of PostgreSQL. */
export const postgresFaults = {
  "database-unreachable": fault.error(
    "The service does not work: PostgreSQL can't be reached",
    "The service does not start, and a running one returns 503.",
  ),
  "database-login": fault.error(
    "The service does not work: PostgreSQL refuses the connection",
    "The user, the password or the database in DATABASE_URL is wrong.",
  ),
  "database-standby": fault.warning(
    "A failover can fail or lose changes: PostgreSQL is not ready for it",
    "After a crash of the primary, the service stops, or loses changes that it has confirmed.",
  ),
  "database-two-primaries": fault.error(
    "Changes can be lost: two servers in DATABASE_URL accept writes",
    "Each server can have changes that the other server does not have.",
  ),
  "pooler-statement-mode": fault.error(
    "The service can't start: the connection pooler runs in statement mode",
    "The mode refuses transactions. The service does not start.",
  ),
  "pooler-names": fault.error(
    "Requests fail at random: the connection pooler loses prepared statements",
    "DATABASE_PREPARED=on sends names, and each transaction can run on another connection. Requests fail at random.",
  ),
};

const finding = findingOf(postgresFaults);

type Postgres = Extract<DatabaseConfig, { kind: "postgres" }>;

const TIMEOUT_MS = 5_000;
// Matches the SQLSTATE codes for a refused sign-in, for a missing database, and for a role that may not connect.
const BAD_LOGIN = /^28|^3D000$|^42501$/;
const MAY_NOT_CONNECT = "42501";
const TRANSACTIONS = 6;
const HIDES_WARNINGS = /^(?:error|fatal|panic)$/;

/** Connects to PostgreSQL as the service does, and reads its settings. Changes nothing. */
export const postgresCheck: Check = {
  name: "PostgreSQL",
  applies: ({ config }) => config.database.kind === "postgres",
  async run({ config, clock }) {
    const { database } = config;
    if (database.kind !== "postgres") return [];
    const others = await askOthers(database);
    const url = others.primary ?? urlsOf(database.url)[0] ?? "";
    if (others.hosts.length > 0 && others.primary === undefined) return [noPrimary(others.hosts)];
    const clients = [connect(url), connect(url)] as const;
    const [first] = clients;
    try {
      for (const client of clients) await client.connect();
      const pooler = await judgePooler(clients, database);
      if (pooler.length > 0) return pooler;
      const settings = await readSettings(first, { clock });
      return [
        ...judgeSettings(settings),
        ...(others.primary === undefined ? [] : judgeStandbys(settings, others.hosts)),
        ...(await judgeOtherPrimaries(first, others.hosts)),
      ];
    } catch (error) {
      return [explain(error, { url, client: first })];
    } finally {
      for (const client of clients) await client.end().catch(() => undefined);
    }
  },
};

/** If the database URL has several hosts, returns the URL of the primary and the responses of the other hosts. */
async function askOthers({ url }: Postgres): Promise<{ primary?: string | undefined; hosts: Answer[] }> {
  if (urlsOf(url).length === 1) return { hosts: [] };
  const answers = await createPrimary(url).ask();
  const primary = newestOf(answers);
  return { primary: primary?.url, hosts: answers.filter((answer) => answer !== primary) };
}

function noPrimary(hosts: Answer[]): Outcome {
  const fix = stepFix("Start a primary, or correct the hosts in DATABASE_URL.");
  return finding("database-unreachable", { detail: `No host is the primary. ${hosts.map(textOf).join(". ")}.`, fix });
}

/** Reports hosts that cannot become the primary, and settings with which a failover loses changes. */
function judgeStandbys({ standbys, messages, synchronousCommit }: Settings, hosts: Answer[]): Outcome[] {
  const unreachable = hosts.filter(({ fault }) => fault !== undefined && !(fault instanceof NotPrimary));
  const faults = unreachable.map((host) => ({
    detail: `${textOf(host)}.`,
    fix: stepFix("Start this server, or correct the hosts in DATABASE_URL."),
  }));
  if (standbys === "" || synchronousCommit === "local") {
    const fix = [{ label: "patronictl edit-config", text: "synchronous_mode: true\nsynchronous_mode_strict: true" }];
    faults.push({ detail: "Commits do not wait for a standby.", fix });
  }
  if (HIDES_WARNINGS.test(messages)) {
    const detail = `client_min_messages is ${messages}, which hides the warning about a commit without a standby.`;
    faults.push({ detail, fix: setting("client_min_messages", "notice") });
  }
  return faults.map((each) => finding("database-standby", each));
}

/** Reports other hosts that accept writes too. Two hosts can be two names of one server, which is no fault. */
async function judgeOtherPrimaries(primary: pg.Client, hosts: Answer[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { url } of hosts.filter(acceptsWrites)) {
    if ((await startOf(url)) === (await startOfServer(primary))) continue;
    const host = hostsOf(url);
    const fix = stepFix(
      `If ${host} is a former primary, compare its data with the primary, then rebuild it as a standby. If it is another cluster, remove it from DATABASE_URL.`,
    );
    outcomes.push(
      finding("database-two-primaries", { detail: `${host} accepts writes, and is not the primary.`, fix }),
    );
  }
  return outcomes;
}

async function startOf(url: string): Promise<string> {
  const client = connect(url);
  try {
    await client.connect();
    return await startOfServer(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Returns the start time of the server in microseconds. This time identifies the server. */
async function startOfServer(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ start: string }>("select pg_postmaster_start_time()::text as start");
  return rows[0]?.start ?? "";
}

function connect(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // When a connection breaks, its query fails. The connection also emits the event "error", which would end the process without a listener.
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
    { label: "pgbouncer.ini, as an alternative", text: "max_prepared_statements = 200" },
  ];
  return [finding("pooler-names", { detail, fix })];
}

/**
 * Returns whether named statements work. Uses one statement name first on one connection, and then on a second connection. A pooler that
 * ignores names gives both connections the same server connection, where the name is already in use.
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
    // A pooler keeps its server connection open after the client connection ends, so the named statement must be removed.
    for (const client of clients) await client.query(`deallocate ${name}`).catch(() => undefined);
  }
}

function explain(error: unknown, { url, client }: { url: string; client: pg.Client }): Outcome {
  const { host } = new URL(url);
  const code = (error as { code?: unknown }).code;
  if (error instanceof pg.DatabaseError && BAD_LOGIN.test(error.code ?? "")) {
    // If the URL has no name, the package pg takes the name from the environment.
    const [name, role] = [client.database, client.user].map((part) => pg.escapeIdentifier(part ?? ""));
    const grant = `GRANT CONNECT ON DATABASE ${name} TO ${role};`;
    const fix =
      error.code === MAY_NOT_CONNECT
        ? [{ label: "command in psql, as superuser", text: grant }]
        : environmentFix("DATABASE_URL=postgres://user:password@host:5432/database");
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
