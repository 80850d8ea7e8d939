import { randomBytes } from "node:crypto";
import { runSql } from "../../../../packages/server/src/testing/database/test-databases.ts";
import { freePort } from "../../testing/free-port.ts";
import type { Fault, Stage } from "../stage.ts";

/** The URLs of two PostgreSQL servers. The server at `healthyUrl` has default settings. The server at `looseUrl` does not flush commits. */
export type PostgresServers = { healthyUrl: string; looseUrl: string };

type Sql = (name: string) => string[];

/** Faults in PostgreSQL. Each fault is made in a separate database. */
export function databaseFaults(servers: () => PostgresServers): readonly Fault[] {
  const onDatabase =
    (statements: Sql, create = "") =>
    async ({ env }: Stage) => ({
      ...env,
      DATABASE_URL: await createDatabase(servers().healthyUrl, { statements, create }),
    });
  /** Replaces a function of the server in one database, because a test can't change the version or the clock of a real server. */
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
  return [
    {
      fault: "PostgreSQL does not run",
      setup: "closed port",
      id: "database-unreachable",
      arrange: async ({ env }) => ({
        ...env,
        DATABASE_URL: `postgres://u:p@127.0.0.1:${await freePort("127.0.0.1")}/valetkey`,
      }),
    },
    {
      fault: "the database does not exist",
      setup: "PostgreSQL",
      id: "database-login",
      arrange: ({ env }) => ({ ...env, DATABASE_URL: servers().healthyUrl.replace(/postgres$/, "nowhere") }),
    },
    {
      fault: "the password is wrong",
      setup: "PostgreSQL",
      id: "database-login",
      arrange: ({ env }) => ({ ...env, DATABASE_URL: servers().healthyUrl.replace(":postgres@", ":wrong@") }),
    },
    {
      fault: "PostgreSQL is too old",
      setup: "PostgreSQL",
      id: "database-old",
      arrange: setting("server_version_num", "120004"),
    },
    {
      fault: "fsync is off",
      setup: "PostgreSQL",
      id: "database-fsync",
      arrange: ({ env }) => ({ ...env, DATABASE_URL: servers().looseUrl }),
    },
    {
      fault: "synchronous_commit is off",
      setup: "PostgreSQL",
      id: "database-commit",
      arrange: onDatabase((name) => [`alter database ${name} set synchronous_commit = off`]),
    },
    {
      fault: "the database is read-only",
      setup: "PostgreSQL",
      id: "database-read-only",
      arrange: onDatabase((name) => [`alter database ${name} set default_transaction_read_only = on`]),
    },
    {
      fault: "the server is a standby",
      setup: "PostgreSQL",
      id: "database-read-only",
      arrange: shadowing("pg_is_in_recovery() returns boolean", "select true"),
    },
    {
      fault: "the encoding is LATIN1",
      setup: "PostgreSQL",
      id: "database-encoding",
      arrange: onDatabase(() => [], "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'"),
    },
    {
      fault: "15 connections are accepted",
      setup: "PostgreSQL",
      id: "database-connections",
      arrange: setting("max_connections", "15"),
    },
    {
      fault: "the clock of PostgreSQL is a minute ahead",
      setup: "PostgreSQL",
      id: "database-clock",
      arrange: shadowing(
        "clock_timestamp() returns timestamptz",
        "select pg_catalog.clock_timestamp() + interval '1 minute'",
      ),
    },
  ];
}

/** Creates a database on the server, and returns its URL. The database is deleted when the server is deleted. */
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
