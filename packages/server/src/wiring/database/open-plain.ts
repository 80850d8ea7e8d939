import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { sqliteEngine as engine } from "../../platform/database/engine.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { sqliteDialect } from "../../platform/database/sqlite/dialect.ts";
import { Mutex } from "../../platform/database/sqlite/write-group.ts";
import { queriesOn } from "./database.ts";

/** A database on a single connection, which no migration changes. */
export type PlainDatabase = Tx & { close(): unknown };

/** Opens an SQLite file without migrating it, such as the copy of a database in a backup. */
export function openPlainSqlite(file: string, { readOnly = false } = {}): PlainDatabase {
  const database = new DatabaseSync(file, { readOnly });
  const dialect = sqliteDialect(database, { writeLock: new Mutex(), patienceMs: 0 });
  return {
    ...queriesOn(new Kysely<Tables>({ dialect }), { engine, clock: Date.now }),
    close: () => database.close(),
  };
}
