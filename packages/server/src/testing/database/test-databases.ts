import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import type { Clock } from "../../platform/clock.ts";
import type { DatabaseUser, EngineName } from "../../platform/database/engine.ts";
import type { Database } from "../../platform/database/queries.ts";
import { type DatabaseLocation, openAt } from "./database-location.ts";
import { SQLITE_TEMPLATE } from "./sqlite-template.ts";

export const SQLITE_FILE = "valetkey.db";

/** A new database with the current schema. `close` closes and removes it. */
export type TestDatabase = {
  db: Database;
  /** The value of DATABASE_URL. Undefined on SQLite. */
  url: string | undefined;
  /** Undefined on PostgreSQL. */
  file: string | undefined;
  /** Opens the database again, as another replica does. The test must close this second connection before the first connection. */
  openAgain(options: { clock: Clock }): Promise<Database>;
  close(): Promise<void>;
};

export type TestEngine = {
  name: EngineName;
  open(options?: { clock?: Clock }): Promise<TestDatabase>;
  createLocation: CreateLocation;
};

export type TestLocation = { location: DatabaseLocation; remove: () => Promise<void> };

export const sqlite: TestEngine = testEngine("sqlite", createSqliteLocation);
export const postgres: TestEngine = testEngine("postgres", createPostgresLocation);

/** The two database engines, for `describe.each(engines)`. If a test runs on only one engine, a comment must state the reason. */
export const engines: readonly TestEngine[] = [sqlite, postgres];

/** `migrated`: whether the location has a database with the current schema. `usedBy`: whose schema. Default: the schema of the service. */
type LocationOptions = { migrated: boolean; usedBy?: DatabaseUser };

/** Creates a location for a test database. Default: the location has no database. */
type CreateLocation = (options?: LocationOptions) => Promise<TestLocation>;

function testEngine(name: EngineName, createLocation: CreateLocation): TestEngine {
  return {
    name,
    createLocation,
    async open({ clock } = {}) {
      const { location, remove } = await createLocation({ migrated: true });
      const db = await openAt(location, { clock });
      return {
        db,
        url: "url" in location ? location.url : undefined,
        file: "file" in location ? location.file : undefined,
        openAgain: (options) => openAt(location, options),
        async close() {
          await db.close();
          await remove();
        },
      };
    },
  };
}

async function createSqliteLocation(
  { migrated, usedBy = "service" }: LocationOptions = { migrated: false },
): Promise<TestLocation> {
  const directory = await mkdtemp(join(tmpdir(), "valetkey-sqlite-"));
  const data = join(directory, "data");
  if (migrated) await cp(join(process.env[SQLITE_TEMPLATE] as string, usedBy), data, { recursive: true });
  return {
    location: { file: join(data, SQLITE_FILE) },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function createPostgresLocation(options?: LocationOptions): Promise<TestLocation> {
  const { url, remove } = await createTestPostgresDatabase(options);
  return { location: { url }, remove };
}

/** Creates a database on the PostgreSQL server of the test run. `migrated`: whether it has the current schema. Default: no tables. */
export async function createTestPostgresDatabase(
  { migrated, usedBy = "service" }: LocationOptions = { migrated: false },
): Promise<{ url: string; remove: () => Promise<void> }> {
  const template = migrated ? inject("postgresTemplates")[usedBy] : "template1";
  const server = inject("postgresUrl");
  const name = `valetkey_test_${randomBytes(8).toString("hex")}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  // The statement copies the files of the template. Without `file_copy`, PostgreSQL would also write each page to its log.
  await administer(server, `create database ${name} template ${template} strategy file_copy`);
  return {
    url: url.href,
    remove: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

let administration: pg.Pool | undefined;

/** Runs a statement on a shared connection, because a new connection takes PostgreSQL as long as the removal of a database. */
async function administer(server: string, statement: string): Promise<void> {
  if (administration === undefined) {
    administration = new pg.Pool({ connectionString: server, idleTimeoutMillis: 0, allowExitOnIdle: true });
    // A broken idle connection emits this event. The next statement opens a new connection.
    administration.on("error", () => undefined);
  }
  await administration.query(statement);
}

export async function runSql(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // When a connection breaks, its query fails. The connection also emits the event "error", which would end the process without a listener.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
