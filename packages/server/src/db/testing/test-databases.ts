import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import type { Clock } from "../../usecases/ports.ts";
import type { OpenDatabase } from "../database.ts";
import type { EngineName } from "../engine.ts";
import { openPostgres } from "../postgres.ts";
import { openSqlite } from "../sqlite.ts";

/** A fresh database, its schema up to date, and how to open it once more. `close` removes it. */
export type TestDatabase = {
  db: OpenDatabase;
  /** What DATABASE_URL would be; undefined on SQLite. */
  url: string | undefined;
  /** Undefined on PostgreSQL. */
  file: string | undefined;
  close(): Promise<void>;
};

export type TestEngine = { name: EngineName; open(options?: { clock?: Clock }): Promise<TestDatabase> };

/** Both engines, for `describe.each(engines)`: no database test runs on one alone without a reason. */
export const engines: readonly TestEngine[] = [
  { name: "sqlite", open: openTestSqlite },
  { name: "postgres", open: openTestPostgres },
];

async function openTestSqlite({ clock = Date.now }: { clock?: Clock } = {}): Promise<TestDatabase> {
  const { file, remove } = await createTestSqliteFile();
  const db = await openSqlite({ file, clock });
  return {
    db,
    url: undefined,
    file,
    async close() {
      await db.close();
      await remove();
    },
  };
}

async function openTestPostgres({ clock = Date.now }: { clock?: Clock } = {}): Promise<TestDatabase> {
  const { url, remove } = await createTestPostgresDatabase();
  const db = await openPostgres({ url, clock });
  return {
    db,
    url,
    file: undefined,
    async close() {
      await db.close();
      await remove();
    },
  };
}

/** The path of a database file that does not exist yet, in a directory of its own. */
export async function createTestSqliteFile(): Promise<{ file: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "valetkey-sqlite-"));
  return {
    file: join(directory, "valetkey.sqlite"),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** An empty database on the run's PostgreSQL server. */
export async function createTestPostgresDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  const server = inject("postgresUrl");
  const name = `valetkey_test_${randomBytes(8).toString("hex")}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await administer(server, `create database ${name}`);
  return { url: url.href, remove: () => administer(server, `drop database if exists ${name} with (force)`) };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
