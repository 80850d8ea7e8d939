import type pg from "pg";
import { fault, findingOf, type Outcome, stepFix } from "../finding.ts";

/** Settings of PostgreSQL with which the service loses its guarantees. */
export const postgresSettingsFaults = {
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
};

const finding = findingOf(postgresSettingsFaults);

/** The oldest major version that the PostgreSQL project still supports. */
const OLDEST_MAJOR = 14;
/** The number of connections that one replica and an administrator need. */
const FEWEST_CONNECTIONS = 20;
const CLOCK_TOLERANCE_MS = 2_000;

/** The settings of PostgreSQL on which the service depends. */
export type Settings = {
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

export async function readSettings(client: pg.Client, { clock }: { clock: () => number }): Promise<Settings> {
  // The first query of a connection is slow. Without this `select 1`, its delay would look like a difference between the clocks.
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
export function judgeSettings(settings: Settings): Outcome[] {
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
    const detail =
      clockOffsetMs > 0
        ? `PostgreSQL is ${seconds} seconds ahead of this machine.`
        : `PostgreSQL is ${seconds} seconds behind this machine.`;
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

/** Returns the remedy that changes a setting of the server. */
export function setting(name: string, value: string) {
  const text = `ALTER SYSTEM SET ${name} = ${value};\nSELECT pg_reload_conf();`;
  // A setting of the role or of the database overrides the setting of the server.
  return [
    {
      label: "command in psql, as superuser",
      text: `${text}\n-- max_connections needs a restart. Check also ALTER ROLE and ALTER DATABASE.`,
    },
  ];
}
