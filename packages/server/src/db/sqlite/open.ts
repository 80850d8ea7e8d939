import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Kysely, sql } from "kysely";
import type { Clock } from "../../usecases/ports/index.ts";
import { assembleDatabase, type OpenDatabase } from "../database.ts";
import { sqliteEngine as engine } from "../engine.ts";
import { firstMissingMigration, migrate } from "../migrate.ts";
import { type AccessStatement, accessQueries, compileAccess, type RunAccessStatement } from "../queries/access.ts";
import type { Tables } from "../schema.ts";
import { SEARCH_LIMIT_MS } from "../search.ts";
import { createTransactions } from "../transactions.ts";
import { delegateCheckpoints } from "./checkpoints.ts";
import { copyBeforeMigration } from "./copy-before-migration.ts";
import { sqliteDialect } from "./dialect.ts";
import { toSqliteDomainError } from "./errors.ts";
import { openWriter } from "./file.ts";
import { openSqliteUrlAudit, openUnfiledEvents } from "./journal/log.ts";
import { Mutex } from "./mutex.ts";
import { createReserve } from "./reserve.ts";
import { openSqliteSearch } from "./search.ts";

const PATIENCE_MS = 2_000;
const MIGRATION_PATIENCE_MS = 10 * 60_000;

type Options = {
  file: string;
  clock: Clock;
  /** Called with the name of the copy that is made before a migration. Default: ignored. */
  onCopy?: (copy: string) => void;
};

/**
 * Opens the embedded database in `file`, and brings its schema up to date. Creates the file and its directory if they are missing.
 * Rejects with `database_unavailable` when the file can't be used or a migration fails.
 */
export async function openSqlite(options: Options): Promise<OpenDatabase> {
  const writer = await openWriter(options.file, { where: "mainThread" });
  try {
    return await openWith(writer, options);
  } catch (error) {
    writer.close();
    throw error;
  }
}

async function openWith(
  writer: DatabaseSync,
  { file, clock, onCopy = () => undefined }: Options,
): Promise<OpenDatabase> {
  const writeLock = new Mutex();
  // Another process that starts at the same moment may change the schema for longer than a call in service would wait.
  const migrating = sqliteDialect(writer, { writeLock, patienceMs: MIGRATION_PATIENCE_MS });
  const migrated = new Kysely<Tables>({ dialect: migrating });
  const missing = await firstMissingMigration(migrated, engine.name);
  if (missing !== undefined) await copyBeforeMigration(file, { migration: missing, onCopy });
  await migrate(migrated, engine.name);
  const unfiled = await openUnfiledEvents(file);
  const reader = new DatabaseSync(file, { readOnly: true });
  const search = openSqliteSearch({ file, limitMs: SEARCH_LIMIT_MS });
  const urlAudit = openSqliteUrlAudit({ file, writeLock });
  const afterWrite = delegateCheckpoints(writer, { checkpoint: urlAudit.checkpoint });
  const transactions = createTransactions();
  const kysely = new Kysely<Tables>({
    dialect: sqliteDialect(writer, { writeLock, patienceMs: PATIENCE_MS, afterWrite }),
    plugins: [transactions.guard],
  });
  const accessStatements = compileAccess(kysely, engine);
  return assembleDatabase({
    kysely,
    transactions,
    context: { engine, clock, accessStatements, unfiledEvents: unfiled.find, search },
    access: accessQueries(accessStatements, { run: runOn(reader), engine, clock }),
    urlAudit,
    spendReserve: createReserve(file, {
      truncateWal: () => sql`pragma wal_checkpoint(truncate)`.execute(kysely),
    }),
    closeOthers: async () => {
      await search.close();
      reader.close();
      unfiled.close();
    },
  });
}

type Run = (parameters: SQLInputValue[]) => unknown[][];

// Access decisions have their own connection: they never wait for a write, and see each commit at once.
function runOn(reader: DatabaseSync): RunAccessStatement {
  const prepared = new Map<string, Run>();
  return async (statement, parameters) => {
    try {
      let run = prepared.get(statement.name);
      if (run === undefined) {
        run = prepare(reader, statement);
        prepared.set(statement.name, run);
      }
      return run(parameters as SQLInputValue[]);
    } catch (error) {
      throw toSqliteDomainError(error);
    }
  };
}

// Rows are arrays, because making objects takes a third of the time of a decision.
function prepare(reader: DatabaseSync, { sql, rows }: AccessStatement): Run {
  const statement = reader.prepare(sql);
  statement.setReturnArrays(true);
  if (rows === "many") return (parameters) => statement.all(...parameters) as unknown as unknown[][];
  return (parameters) => {
    const values = statement.get(...parameters) as unknown[] | undefined;
    return values === undefined ? [] : [values];
  };
}
