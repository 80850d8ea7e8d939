import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import type { Clock } from "../../usecases/ports/index.ts";
import type { OpenDatabase } from "../database.ts";
import type { EngineName } from "../engine.ts";
import { type DatabaseLocation, openAt } from "./database-location.ts";

/** A fresh database, its schema up to date. `close` closes and removes it. */
export type TestDatabase = {
  db: OpenDatabase;
  /** What DATABASE_URL would be; undefined on SQLite. */
  url: string | undefined;
  /** Undefined on PostgreSQL. */
  file: string | undefined;
  /** The same database for another replica: with connections of its own, to be closed first. */
  openAgain(options: { clock: Clock }): Promise<OpenDatabase>;
  close(): Promise<void>;
};

export type TestEngine = {
  name: EngineName;
  open(options?: { clock?: Clock }): Promise<TestDatabase>;
  /** A place for a database that has not been opened yet. */
  createPlace(): Promise<TestPlace>;
};

export type TestPlace = { location: DatabaseLocation; remove: () => Promise<void> };

/** Both engines, for `describe.each(engines)`: no database test runs on one alone without a reason. */
export const engines: readonly TestEngine[] = [
  testEngine("sqlite", createSqlitePlace),
  testEngine("postgres", createPostgresPlace),
];

function testEngine(name: EngineName, createPlace: () => Promise<TestPlace>): TestEngine {
  return {
    name,
    createPlace,
    async open({ clock } = {}) {
      const { location, remove } = await createPlace();
      const db = await openAt(location, clock);
      return {
        db,
        url: "url" in location ? location.url : undefined,
        file: "file" in location ? location.file : undefined,
        openAgain: (options) => openAt(location, options.clock),
        async close() {
          await db.close();
          await remove();
        },
      };
    },
  };
}

async function createSqlitePlace(): Promise<TestPlace> {
  const directory = await mkdtemp(join(tmpdir(), "valetkey-sqlite-"));
  return {
    location: { file: join(directory, "data", "valetkey.sqlite") },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function createPostgresPlace(): Promise<TestPlace> {
  const { url, remove } = await createTestPostgresDatabase();
  return { location: { url }, remove };
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
