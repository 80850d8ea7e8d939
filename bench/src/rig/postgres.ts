import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { loadEmbeddedPostgres } from "@valetkey/server/src/testing/database/embedded-postgres.ts";
import pg from "pg";
import { freePort } from "./free-port.ts";

export type Postgres = {
  version: string;
  /** Creates an empty database, or a copy of another database. Returns the URL of the new database. */
  createDatabase(name: string, options?: { copyOf: string }): Promise<string>;
  stop(): Promise<void>;
};

type Cluster = { url: string; stop(): Promise<void> };

/** Uses the server at BENCH_DATABASE_URL, or starts a PostgreSQL server from npm. Throws if the server does not flush its commits. */
export async function startPostgres(directory: string): Promise<Postgres> {
  const given = process.env.BENCH_DATABASE_URL;
  const cluster = given === undefined ? await startCluster(directory) : { url: given, stop: async () => {} };
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  const created: string[] = [];
  return {
    version: await describe(admin),
    createDatabase: async (name, options) => {
      const unique = databaseName(name);
      const template = options === undefined ? "" : ` TEMPLATE ${databaseName(options.copyOf)}`;
      await admin.query(`CREATE DATABASE ${unique}${template}`);
      created.push(unique);
      const url = new URL(cluster.url);
      url.pathname = `/${unique}`;
      return url.href;
    },
    stop: async () => {
      for (const name of created) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
      await cluster.stop();
    },
  };
}

export async function runSql(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

function databaseName(name: string): string {
  return `valetkey_bench_${process.pid}_${name}`;
}

async function describe(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query<Record<string, string>>(
    "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
  );
  const row = rows[0];
  if (row?.fsync !== "on" || row.commit !== "on")
    throw new Error("PostgreSQL runs without durability. Turn fsync and synchronous_commit on.");
  return `PostgreSQL ${row.version}, fsync ${row.fsync}, synchronous_commit ${row.commit}`;
}

async function startCluster(directory: string): Promise<Cluster> {
  const port = await freePort();
  const databaseDir = join(directory, "postgres");
  // PostgreSQL refuses to run as root. So another account of the machine runs PostgreSQL, and needs access to the directory.
  await chmod(directory, 0o755);
  await mkdir(databaseDir);
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const cluster = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "bench",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: (error) => console.error(error),
  });
  await cluster.initialise();
  await cluster.start();
  return { url: `postgres://postgres:bench@127.0.0.1:${port}/postgres`, stop: () => cluster.stop() };
}
