import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { mountSmallDisk } from "../../../../packages/s3-local/src/testing/small-disk.ts";
import { loadEmbeddedPostgres } from "../../../../packages/server/src/testing/database/embedded-postgres.ts";
import { createTestPostgresDatabase, runSql } from "../../../../packages/server/src/testing/database/test-databases.ts";
import { freePort } from "../../testing/free-port.ts";
import { type PoolMode, startPgBouncer } from "../../testing/start-pgbouncer.ts";
import { type Fault, type Stage, setVariables } from "../stage.ts";

/** The URLs of two PostgreSQL servers: one with default settings (`healthyUrl`), and one that does not flush commits (`looseUrl`). */
export type PostgresServers = { healthyUrl: string; looseUrl: string };

type Sql = (name: string) => string[];

/** Faults of PostgreSQL, each in a separate database. */
export function databaseFaults(servers: () => PostgresServers): readonly Fault[] {
  const onDatabase =
    (statements: Sql, create = "") =>
    async ({ env }: Stage) => ({
      ...env,
      DATABASE_URL: await createDatabase(servers().healthyUrl, { statements, create }),
    });
  /** Replaces a function of PostgreSQL in one database, because a test cannot change the version or the clock of a real server. */
  const shadowing = (signature: string, body: string) =>
    onDatabase((name) => [
      `create function public.${signature} language sql as $$ ${body} $$`,
      `alter database ${name} set search_path = public, pg_catalog`,
    ]);
  const setting = (setting: string, value: string) =>
    shadowing(
      "current_setting(text) returns text",
      `select case when $1 = '${setting}' then '${value}' else pg_catalog.current_setting($1) end`,
    );
  const faults: readonly Omit<Fault, "setup">[] = [
    {
      fault: "the database does not exist",
      id: "database-login",
      arrange: ({ env }) => ({ ...env, DATABASE_URL: servers().healthyUrl.replace(/postgres$/, "nowhere") }),
    },
    {
      fault: "the PostgreSQL password is wrong",
      id: "database-login",
      arrange: ({ env }) => ({ ...env, DATABASE_URL: servers().healthyUrl.replace(":postgres@", ":wrong@") }),
    },
    {
      fault: "PostgreSQL is too old",
      id: "database-old",
      arrange: setting("server_version_num", "120004"),
    },
    {
      fault: "fsync is off",
      id: "database-fsync",
      arrange: ({ env }) => ({ ...env, DATABASE_URL: servers().looseUrl }),
    },
    {
      fault: "synchronous_commit is off",
      id: "database-commit",
      arrange: onDatabase((name) => [`alter database ${name} set synchronous_commit = off`]),
    },
    {
      fault: "the database is read-only",
      id: "database-read-only",
      arrange: onDatabase((name) => [`alter database ${name} set default_transaction_read_only = on`]),
    },
    {
      fault: "the PostgreSQL server is a standby",
      id: "database-read-only",
      arrange: shadowing("pg_is_in_recovery() returns boolean", "select true"),
    },
    {
      fault: "one of two hosts does not run, and commits wait for no standby",
      id: "database-standby",
      also: ["database-standby"],
      arrange: async ({ env }) => {
        const { host } = new URL(servers().healthyUrl);
        const down = `127.0.0.1:${await freePort("127.0.0.1")}`;
        return { ...env, DATABASE_URL: servers().healthyUrl.replace(host, `${down},${host}`) };
      },
    },
    {
      fault: "two servers accept writes, and commits wait for no standby",
      id: "database-two-primaries",
      also: ["database-standby"],
      arrange: async ({ env }) => {
        const hosts = [servers().healthyUrl, servers().looseUrl].map((url) => new URL(url).host);
        return { ...env, DATABASE_URL: servers().healthyUrl.replace(hosts[0] as string, hosts.join()) };
      },
    },
    {
      fault: "neither of two PostgreSQL hosts runs",
      id: "database-unreachable",
      arrange: async ({ env }) => {
        const [one, other] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
        return { ...env, DATABASE_URL: `postgres://u:p@127.0.0.1:${one},127.0.0.1:${other}/valetkey` };
      },
    },
    {
      fault: "the encoding of the database is LATIN1",
      id: "database-encoding",
      arrange: onDatabase(() => [], "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'"),
    },
    {
      fault: "PostgreSQL accepts only 15 connections",
      id: "database-connections",
      arrange: setting("max_connections", "15"),
    },
    {
      fault: "the clock of PostgreSQL is a minute ahead",
      id: "database-clock",
      arrange: shadowing(
        "clock_timestamp() returns timestamptz",
        "select pg_catalog.clock_timestamp() + interval '1 minute'",
      ),
    },
  ];
  const notRunning: Fault = {
    fault: "PostgreSQL does not run",
    setup: "closed port",
    id: "database-unreachable",
    arrange: async ({ env }) => ({
      ...env,
      DATABASE_URL: `postgres://u:p@127.0.0.1:${await freePort("127.0.0.1")}/valetkey`,
    }),
  };
  return [notRunning, ...faults.map((fault) => ({ ...fault, setup: "PostgreSQL" }))];
}

/** Creates a database, which is deleted together with its server. Returns the URL of the database. */
export async function createDatabase(
  serverUrl: string,
  { statements = () => [], create = "" }: { statements?: Sql; create?: string } = {},
): Promise<string> {
  const name = `doctor_${randomBytes(6).toString("hex")}`;
  await runSql(serverUrl, `create database ${name} template template0 ${create}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  for (const statement of statements(name)) await runSql(url.href, statement);
  return url.href;
}

/** Faults of the disk. The tests of disk faults need a user who may mount a file system. */
export const diskFaults: readonly Fault[] = [
  {
    fault: "the disk is full",
    setup: "small disk",
    id: "disk-full",
    also: ["data-dir-in-memory"],
    arrange: (stage) => onDisk(stage, { mebibytes: 32, used: 31 }),
  },
  {
    fault: "the disk is nearly full",
    setup: "small disk",
    id: "disk-nearly-full",
    also: ["data-dir-in-memory"],
    arrange: (stage) => onDisk(stage, { mebibytes: 256, used: 238 }),
  },
  {
    fault: "the disk is in memory",
    setup: "small disk",
    id: "data-dir-in-memory",
    arrange: (stage) => onDisk(stage, { mebibytes: 64, used: 1 }),
    cure: (remedy) => setVariables(remedy, { DATA_DIR: remedy.stage.env.DATA_DIR ?? "" }),
  },
  {
    fault: "the disk is read-only",
    setup: "small disk",
    id: "data-dir-read-only",
    also: ["data-dir-in-memory", "sqlite-read-only"],
    async arrange(stage) {
      const env = await onDisk(stage, { mebibytes: 64, used: 1 });
      new DatabaseSync(join(env.DATA_DIR, "valetkey.db")).close();
      await writeFile(join(env.DATA_DIR, "valetkey.db"), "");
      execFileSync("mount", ["-o", "remount,ro", env.DATA_DIR]);
      return env;
    },
  },
];

async function onDisk({ env }: Stage, { mebibytes, used }: { mebibytes: number; used: number }) {
  const disk = await mountSmallDisk({ mebibytes });
  await mkdir(join(disk, "data"));
  await writeFile(join(disk, "ballast"), Buffer.alloc(used * 2 ** 20));
  return { ...env, DATA_DIR: disk };
}

/** The findings for the PostgreSQL server of the tests, which does not flush its commits. */
const LOOSE = ["database-commit", "database-fsync"] as const;

/** Faults of a connection pooler. The tests of pooler faults need PgBouncer. */
export const poolerFaults: readonly Fault[] = [
  {
    fault: "the pooler runs in statement mode",
    setup: "PgBouncer",
    id: "pooler-statement-mode",
    arrange: (stage) => behindPgBouncer(stage, { mode: "statement", preparedStatements: 0, size: 5 }),
  },
  {
    fault: "the pooler loses names of statements",
    setup: "PgBouncer",
    id: "pooler-names",
    async arrange(stage) {
      const env = await behindPgBouncer(stage, { mode: "transaction", preparedStatements: 0, size: 5 });
      return { ...env, DATABASE_PREPARED: "on" };
    },
  },
];

/** Set-ups with a correct pooler. The doctor must report only the findings for the PostgreSQL server of the tests. */
export const healthyPoolers: readonly { setup: string; findings: readonly string[]; arrange: Fault["arrange"] }[] = [
  {
    setup: "transaction mode, with names that PgBouncer manages",
    findings: LOOSE,
    async arrange(stage) {
      const env = await behindPgBouncer(stage, { mode: "transaction", preparedStatements: 200, size: 5 });
      return { ...env, DATABASE_PREPARED: "on" };
    },
  },
  {
    setup: "transaction mode, without names",
    findings: LOOSE,
    arrange: (stage) => behindPgBouncer(stage, { mode: "transaction", preparedStatements: 0, size: 5 }),
  },
  {
    setup: "session mode",
    findings: LOOSE,
    async arrange(stage) {
      const env = await behindPgBouncer(stage, { mode: "session", preparedStatements: 0, size: 5 });
      return { ...env, DATABASE_PREPARED: "on" };
    },
  },
];

async function behindPgBouncer({ env, add }: Stage, mode: PoolMode) {
  const database = await createTestPostgresDatabase({ migrated: true });
  add(database.remove);
  const pooler = await startPgBouncer(database.url, mode);
  add(pooler.stop);
  return { ...env, DATABASE_URL: pooler.url };
}

/**
 * Starts a PostgreSQL server with the given settings. The shared server of the tests does not flush its commits, which the doctor reports
 * as a fault.
 */
export async function startPostgresServer(
  settings: readonly string[],
): Promise<{ url: string; stop(): Promise<void> }> {
  const databaseDir = await mkdtemp(join(tmpdir(), "valetkey-postgres-"));
  const port = await freePort("127.0.0.1");
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    // PostgreSQL refuses to run as root, so root creates a user for PostgreSQL.
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: [`unix_socket_directories=${databaseDir}`, ...settings].flatMap((setting) => ["-c", setting]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
