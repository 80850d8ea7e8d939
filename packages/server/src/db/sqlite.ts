import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely } from "kysely";
import { DomainError } from "../domain/errors.ts";
import type { Clock } from "../usecases/ports.ts";
import { accessQueries, compileAccess, type RunAccessStatement } from "./access.ts";
import { assembleDatabase, type OpenDatabase } from "./database.ts";
import { sqliteEngine as engine } from "./engine.ts";
import { migrate } from "./migrate.ts";
import { Mutex } from "./mutex.ts";
import type { Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { isBusy, isNotADatabase, toSqliteDomainError } from "./sqlite-errors.ts";
import { configureWriter, createPrivateFile } from "./sqlite-file.ts";
import { openSqliteUrlAudit } from "./sqlite-url-audit.ts";
import { createTransactions } from "./transactions.ts";

const PATIENCE_MS = 2_000;
const MIGRATION_PATIENCE_MS = 10 * 60_000;
const START_PATIENCE_MS = 10_000;
const START_RETRY_MS = 20;

/**
 * Opens the embedded database in `file`, creating it and its directory when they are missing, and brings its schema up to date.
 * Rejects with `database_unavailable` when the file can't be used.
 */
export async function openSqlite({ file, clock }: { file: string; clock: Clock }): Promise<OpenDatabase> {
  const writer = await openWriter(file);
  const writeLock = new Mutex();
  const transactions = createTransactions();
  const kysely = new Kysely<Tables>({
    dialect: sqliteDialect(writer, { writeLock, patienceMs: PATIENCE_MS }),
    plugins: [transactions.guard],
  });
  try {
    // Another process that starts at the same moment may be at work on the schema for longer than a call in service would wait.
    const migrating = sqliteDialect(writer, { writeLock, patienceMs: MIGRATION_PATIENCE_MS });
    await migrate(new Kysely<Tables>({ dialect: migrating }), engine.name);
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = new DatabaseSync(file, { readOnly: true });
  const accessStatements = compileAccess(kysely, engine);
  return assembleDatabase({
    kysely,
    transactions,
    context: { engine, clock, accessStatements },
    access: accessQueries(accessStatements, { run: runOn(reader), engine, clock }),
    urlAudit: openSqliteUrlAudit({ file, writeLock }),
    closeOthers: async () => reader.close(),
  });
}

// Access decisions have a connection of their own: they never wait for a write, and see each commit as soon as it is made.
function runOn(reader: DatabaseSync): RunAccessStatement {
  const prepared = new Map<string, (parameters: SQLInputValue[]) => unknown[]>();
  return async (statement, parameters) => {
    try {
      let ask = prepared.get(statement.name);
      if (ask === undefined) {
        ask = prepare(reader, statement.sql);
        prepared.set(statement.name, ask);
      }
      return ask(parameters as SQLInputValue[]);
    } catch (error) {
      throw toSqliteDomainError(error);
    }
  };
}

// Rows come as arrays and become objects here: when SQLite's binding makes the objects, that is a third of the whole question.
function prepare(reader: DatabaseSync, text: string): (parameters: SQLInputValue[]) => unknown[] {
  const statement = reader.prepare(text);
  const names = statement.columns().map(({ name }) => name);
  statement.setReturnArrays(true);
  return (parameters) => {
    const rows = statement.all(...parameters) as unknown as unknown[][];
    return rows.map((values) => toRow(names, values));
  };
}

function toRow(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let index = 0; index < names.length; index++) row[names[index] as string] = values[index];
  return row;
}

async function openWriter(file: string): Promise<DatabaseSync> {
  const deadline = performance.now() + START_PATIENCE_MS;
  try {
    createPrivateFile(file);
    const database = new DatabaseSync(file);
    for (;;) {
      try {
        // Changing to WAL needs the file for itself, and does not wait for another process that starts at the same moment.
        database.exec("pragma journal_mode = wal");
        configureWriter(database, { where: "mainThread" });
        return database;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) {
          database.close();
          throw error;
        }
        await sleep(START_RETRY_MS);
      }
    }
  } catch (error) {
    const why = isNotADatabase(error) ? "it is not a SQLite database" : (error as Error).message;
    throw new DomainError("database_unavailable", `The database file ${file} can't be used: ${why}`, { cause: error });
  }
}
