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

/** The checks find faults of PostgreSQL, and of a connection pooler in front of PostgreSQL. */
export const postgresFaults = {
  "database-unreachable": fault.error(
    "The service does not work: PostgreSQL can't be reached",
    "The service does not start, and a running one returns 503.",
  ),
  "database-login": fault.error(
    "The service does not work: PostgreSQL refuses the connection",
    "The user, the password or the database in DATABASE_URL is wrong.",
  ),
  "database-old": fault.warning(
    "Security fixes are missing: PostgreSQL is too old",
    "The project does not test this version, and it gets no security fixes.",
  ),
  "database-fsync": fault.error(
    "A power failure can lose notes: PostgreSQL does not write commits to disk",
    "A power failure loses or corrupts notes, shares and audit events.",
  ),
  "database-commit": fault.error(
    "A crash can lose uploads: PostgreSQL confirms commits before they are on disk",
    "A crash loses confirmed uploads and audit events of URLs that are already in use.",
  ),
  "database-read-only": fault.error(
    "No file can be uploaded or opened: PostgreSQL accepts no writes",
    "The service records each URL before it returns it. So it returns no URL.",
  ),
  "database-standby": fault.warning(
    "A failover can fail or lose changes: PostgreSQL is not ready for it",
    "After a crash of the primary, the service stops, or loses changes that it has confirmed.",
  ),
  "database-two-primaries": fault.error(
    "Changes can be lost: two servers in DATABASE_URL accept writes",
    "Each server can have changes that the other server does not have.",
  ),
  "database-encoding": fault.error(
    "Names in some languages fail: the database does not store UTF-8",
    "Filenames and notes with other characters fail.",
  ),
  "database-connections": fault.warning(
    "Requests may fail at random: PostgreSQL accepts too few connections",
    "Each replica opens up to 14 connections. Further replicas fail at random moments.",
  ),
  "database-clock": fault.warning(
    "Shares may end at wrong times: the clocks of PostgreSQL and this machine differ",
    "Replicas with different clocks disagree about when shares and links expire.",
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
// The SQLSTATE codes for invalid authorization, and for a database that does not exist.
const BAD_LOGIN = /^28|^3D000$/;
const TRANSACTIONS = 6;
const HIDES_WARNINGS = /^(?:error|fatal|panic)$/;

/** Connects to PostgreSQL as the service does, and reads the settings of PostgreSQL. The check of PostgreSQL changes nothing. */
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
      return [explain(error, url)];
    } finally {
      for (const client of clients) await client.end().catch(() => undefined);
    }
  },
};

/** Returns the URL of the primary and the responses of the other hosts, if the URL of the database has several hosts. */
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

/** Reports hosts that also accept writes. Two hosts can be two names of one server, which is no fault. */
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

/** Returns the time at which the server started, in microseconds, which no other server has. */
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
  // When a connection breaks, its query fails. The broken connection also emits the event "error". Without a listener, the event "error"
  // would end the process.
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
 * Returns whether named statements work. The check uses one statement name first on one connection, and then on a second connection. A
 * pooler that ignores names gives the two connections one server connection, where the name is already taken.
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
    // The check removes the named statement, because a pooler keeps its server connection open after the client connection ends.
    for (const client of clients) await client.query(`deallocate ${name}`).catch(() => undefined);
  }
}

function explain(error: unknown, url: string): Outcome {
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

/** The oldest major version that the PostgreSQL project still supports. */
const OLDEST_MAJOR = 14;
/** The number of connections is enough for one replica and for an administrator. */
const FEWEST_CONNECTIONS = 20;
const CLOCK_TOLERANCE_MS = 2_000;

type Settings = {
  version: number;
  fsync: string;
  fullPageWrites: string;
  synchronousCommit: string;
  standbys: string;
  messages: string;
  isStandby: boolean;
  readOnly: string;
  encoding: string;
  maxConnections: number;
  /** The time by which the clock of PostgreSQL is ahead of the local clock, in milliseconds. */
  clockOffsetMs: number;
};

const QUERY = `select current_setting('server_version_num') as version,
  current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('default_transaction_read_only') as read_only,
  current_setting('synchronous_standby_names') as standbys,
  current_setting('client_min_messages') as messages,
  current_setting('server_encoding') as encoding,
  current_setting('max_connections') as max_connections,
  pg_is_in_recovery() as is_standby,
  extract(epoch from clock_timestamp()) * 1000 as now`;

async function readSettings(client: pg.Client, { clock }: { clock: () => number }): Promise<Settings> {
  // The query `select 1` runs before the real query. The first query of a connection is slow, and its delay would look like a difference of
  // the clocks.
  await client.query("select 1");
  const sentAt = clock();
  const { rows } = await client.query<Record<string, unknown>>(QUERY);
  const ours = (sentAt + clock()) / 2;
  const row = rows[0] ?? {};
  return {
    version: Number(row.version),
    fsync: String(row.fsync),
    fullPageWrites: String(row.full_page_writes),
    synchronousCommit: String(row.synchronous_commit),
    standbys: String(row.standbys),
    messages: String(row.messages),
    isStandby: row.is_standby === true,
    readOnly: String(row.read_only),
    encoding: String(row.encoding),
    maxConnections: Number(row.max_connections),
    clockOffsetMs: Number(row.now) - ours,
  };
}

/** Compares the settings of PostgreSQL with the values that the service needs for its guarantees. */
function judgeSettings(settings: Settings): Outcome[] {
  return [...judgeServer(settings), ...judgeDurability(settings), ...judgeWrites(settings)];
}

function judgeServer({ version, encoding, maxConnections, clockOffsetMs }: Settings): Outcome[] {
  const outcomes: Outcome[] = [];
  const major = Math.floor(version / 10_000);
  if (major < OLDEST_MAJOR) {
    const fix = stepFix(
      `Upgrade to PostgreSQL ${OLDEST_MAJOR} or newer, with pg_upgrade or the console of the provider.`,
    );
    outcomes.push(finding("database-old", { detail: `The database is PostgreSQL ${major}.`, fix }));
  }
  if (encoding !== "UTF8") {
    const text = "createdb --encoding=UTF8 --template=template0 valetkey";
    outcomes.push(
      finding("database-encoding", {
        detail: `The encoding of the database is ${encoding}.`,
        fix: [{ label: "command", text }],
      }),
    );
  }
  if (maxConnections < FEWEST_CONNECTIONS) {
    const detail = `max_connections is ${maxConnections}.`;
    outcomes.push(finding("database-connections", { detail, fix: setting("max_connections", "100") }));
  }
  if (Math.abs(clockOffsetMs) > CLOCK_TOLERANCE_MS) {
    const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
    const detail = `PostgreSQL is ${seconds} seconds ${clockOffsetMs > 0 ? "ahead of" : "behind"} this machine.`;
    outcomes.push(
      finding("database-clock", {
        detail,
        fix: [{ label: "command, on both machines", text: "timedatectl set-ntp true" }],
      }),
    );
  }
  return outcomes;
}

function judgeDurability({ fsync, fullPageWrites, synchronousCommit }: Settings): Outcome[] {
  const outcomes: Outcome[] = [];
  const off = [...(fsync === "off" ? ["fsync"] : []), ...(fullPageWrites === "off" ? ["full_page_writes"] : [])];
  if (off.length > 0) {
    const fix = off.flatMap((name) => setting(name, "on"));
    outcomes.push(finding("database-fsync", { detail: `These settings are off: ${off.join(", ")}.`, fix }));
  }
  if (synchronousCommit === "off") {
    outcomes.push(
      finding("database-commit", { detail: "synchronous_commit is off.", fix: setting("synchronous_commit", "on") }),
    );
  }
  return outcomes;
}

function judgeWrites({ isStandby, readOnly }: Settings): Outcome[] {
  if (isStandby) {
    const fix = stepFix("Set the host in DATABASE_URL to the primary server.");
    return [finding("database-read-only", { detail: "The database is a standby server.", fix })];
  }
  if (readOnly !== "on") return [];
  const detail = "default_transaction_read_only is on.";
  return [finding("database-read-only", { detail, fix: setting("default_transaction_read_only", "off") })];
}

function setting(name: string, value: string) {
  const text = `ALTER SYSTEM SET ${name} = ${value};\nSELECT pg_reload_conf();`;
  // A setting of the role or of the database overrides the setting of the server.
  return [
    {
      label: "command in psql, as superuser",
      text: `${text}\n-- max_connections needs a restart. Check also ALTER ROLE and ALTER DATABASE.`,
    },
  ];
}
