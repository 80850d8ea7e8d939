import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Kysely } from "kysely";
import { type DomainError, invalidRequest } from "../../errors.ts";
import { syncFolder } from "../../files.ts";
import { migrate } from "../migrate.ts";
import type { Tables } from "../schema.ts";
import { sqliteDialect } from "../sqlite/dialect.ts";
import { fileFault, incompleteMove, isBusy, movingFile, urlJournalFile } from "../sqlite/file.ts";
import { migrationsIn } from "../sqlite/snapshot.ts";
import { Mutex } from "../sqlite/write-group.ts";
import { fieldsOf, toField, wholeLines } from "./copy-text.ts";
import { type ColumnKind, type MovedTable, type SchemaColumn, type Side, type Target, tablesOf } from "./move.ts";

const CHUNK_CHARACTERS = 256 * 1024;
const JOURNAL = "url_journal";

/** Builds the query for all rows of `audit_events`, including the rows of the URL journal, which is attached as the schema `journal`. */
export type SelectWithJournal = (columns: readonly string[], options: { journal: string }) => string;

/**
 * Opens the embedded database as the source of a move, with an exclusive lock. Throws `invalid_request` if the file does not exist, or if
 * another process uses it.
 */
export function openSqliteSource(file: string, { selectWithJournal }: { selectWithJournal: SelectWithJournal }): Side {
  if (!existsSync(file)) {
    throw invalidRequest(`There is no database at ${file}. Set DATA_DIR to the folder of the database.`);
  }
  if (existsSync(movingFile(file))) throw invalidRequest(incompleteMove(file));
  const database = new DatabaseSync(new URL(`${pathToFileURL(file)}?mode=rw`));
  try {
    const journal = urlJournalFile(file);
    const hasJournal = existsSync(journal);
    if (hasJournal) database.prepare(`attach ? as ${JOURNAL}`).run(journal);
    // The lock also covers the journal. This kind of lock needs no shared memory, and does not change the files.
    database.exec("pragma locking_mode = exclusive; begin exclusive; pragma query_only = on");
    const batches = `select 1 from ${JOURNAL}.sqlite_schema where name = 'url_event_batches'`;
    const withJournal = hasJournal && database.prepare(batches).get() !== undefined;
    return sqliteSide(database, {
      rowsOf: ({ name }, columns) =>
        withJournal && name === "audit_events"
          ? selectWithJournal(columns, { journal: JOURNAL })
          : `select ${columns.map(quote).join()} from main.${quote(name)}`,
    });
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw fileFault(error, `The database file ${file} can't be read`);
    throw invalidRequest(
      `Another process uses ${file}. Stop the service, and all commands that use the database. Then run the command again.`,
    );
  }
}

type RowsOf = (table: MovedTable, columns: readonly string[]) => string;

function sqliteSide(database: DatabaseSync, { rowsOf }: { rowsOf: RowsOf }): Side {
  return {
    engine: "sqlite",
    migrations: migrationsIn(database).map(({ name }) => name),
    tables: sqliteTables(database),
    async count(table) {
      // A table that an operator added may have no primary key.
      const columns = table.key.length > 0 ? table.key : table.columns.map(({ name }) => name);
      return Number(database.prepare(`select count(*) as count from (${rowsOf(table, columns)})`).get()?.count);
    },
    read: (table) =>
      readRows(database, {
        table,
        select: rowsOf(
          table,
          table.columns.map(({ name }) => name),
        ),
      }),
    close: async () => database.close(),
  };
}

function sqliteTables(database: DatabaseSync): MovedTable[] {
  const columns = database.prepare(`
    select tables.name as "table", columns.name as "column", lower(columns.type) as type, columns.pk as "keyPosition"
    from main.sqlite_schema as tables, pragma_table_info(tables.name, 'main') as columns
    where tables.type = 'table' and tables.name not like 'sqlite\\_%' escape '\\'`);
  return tablesOf(columns.all() as SchemaColumn[]);
}

function quote(name: string): string {
  return `"${name}"`;
}

type Reading = { table: MovedTable; select: string };

async function* readRows(database: DatabaseSync, { table, select }: Reading): AsyncGenerator<Buffer> {
  const statement = database.prepare(select);
  statement.setReturnArrays(true);
  // As a number, an integer above 2^53 would be another integer.
  statement.setReadBigInts(true);
  const { columns } = table;
  const dates = columns.flatMap(({ kind }, nth) => (kind === "date" ? [nth] : []));
  let text = "";
  for (const row of statement.iterate() as Iterable<unknown> as Iterable<unknown[]>) {
    for (const nth of dates) {
      const date = toIsoDate(row[nth]);
      if (date === undefined) throw unmovable({ table, row, nth }, "is no date");
      row[nth] = date;
    }
    for (let nth = 0; nth < row.length; nth += 1) {
      const field = toField(row[nth]);
      if (field.includes("\0") || field.includes("\ufffd")) refuseDamaged(database, { table, row, nth });
      text += nth === 0 ? field : `\t${field}`;
    }
    text += "\n";
    if (text.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

/**
 * Converts a date to an ISO text, the format of the accounts library. PostgreSQL would read other texts in another way. Returns undefined
 * for a value that is no date.
 */
function toIsoDate(value: unknown): unknown {
  if (value === null || (typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/.test(value)))
    return value;
  const date = new Date(typeof value === "string" ? value : Number(value));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

type Damage = { table: MovedTable; row: unknown[]; nth: number };

/** Throws for a text that PostgreSQL cannot store: a text with the NUL character, or with bytes that are not UTF-8. */
function refuseDamaged(database: DatabaseSync, { table, row, nth }: Damage): void {
  const column = table.columns[nth]?.name ?? "";
  const cell = (name: string) => row[table.columns.findIndex((each) => each.name === name)] as SQLInputValue;
  const where = table.key.map((name) => `${quote(name)} = ?`).join(" and ");
  const same = `select 1 from main.${quote(table.name)} where ${where} and cast(${quote(column)} as blob) = cast(? as blob)`;
  const isNul = String(row[nth]).includes("\0");
  // SQLite returns U+FFFD for bytes that are not UTF-8, and also for a stored U+FFFD.
  if (!isNul && database.prepare(same).get(...table.key.map(cell), row[nth] as string) !== undefined) return;
  throw unmovable({ table, row, nth }, `contains ${isNul ? "the NUL character" : "bytes that are not UTF-8"}`);
}

function unmovable({ table, row, nth }: Damage, fault: string): DomainError {
  const cell = (name: string) => row[table.columns.findIndex((each) => each.name === name)];
  const key = table.key.map((name) => `${name} ${JSON.stringify(String(cell(name)))}`).join(", ");
  return invalidRequest(
    `The column ${table.columns[nth]?.name} of the row of ${table.name} with ${key} ${fault}. PostgreSQL can't store it. Correct this value in the embedded database, and run the command again.`,
  );
}

/** Opens the embedded database as the target of a move. The rows are in `<file>.moving` until they are verified. */
export function openSqliteTarget(file: string): Target {
  const moving = movingFile(file);
  let stale: DatabaseSync | undefined;
  let database: DatabaseSync | undefined;
  let later: string[] = [];
  function opened(): DatabaseSync {
    if (database === undefined) throw new Error("The target is not prepared.");
    return database;
  }
  async function check(): Promise<void> {
    requireFolder(file);
    const found = ["", "-wal", "-shm", "-url-journal", "-url-journal-wal"].map((end) => file + end).find(existsSync);
    if (found === undefined) return;
    throw invalidRequest(
      `The target is not empty: ${found} exists. Move ${file} and the files whose names begin with ${basename(file)} away, or give another file.`,
    );
  }
  return {
    check,
    async prepare() {
      await check();
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      if (existsSync(moving)) {
        // The old file stays locked until the end of the move. Without this lock, a second move could lock the old file and delete the new
        // file.
        stale = lockedAlone(moving);
        for (const path of [moving, `${moving}-journal`]) rmSync(path, { force: true });
      }
      closeSync(openSync(moving, "wx", 0o600));
      database = lockedAlone(moving);
      // The file needs no journal: after a crash or a power failure, the next move starts with a new file.
      database.exec(
        "pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -256000; pragma temp_store = memory",
      );
      const dialect = sqliteDialect(database, { writeLock: new Mutex(), patienceMs: 0 });
      await migrate(new Kysely<Tables>({ dialect }), "sqlite");
      const derived = database.prepare(
        "select name, type, sql from sqlite_schema where type in ('index', 'trigger') and sql is not null",
      );
      const created = derived.all();
      for (const { name, type } of created) database.exec(`drop ${type} ${quote(String(name))}`);
      later = created.map(({ sql }) => String(sql));
      database.exec("pragma foreign_keys = off; pragma journal_mode = off; begin");
      const side = sqliteSide(database, {
        rowsOf: ({ name }, columns) => `select ${columns.map(quote).join()} from ${quote(name)}`,
      });
      for (const { name } of side.tables) database.exec(`delete from ${quote(name)}`);
      return side;
    },
    write: (table, chunks) => writeRows(opened(), { table, chunks }),
    async finish() {
      const db = opened();
      for (const statement of later) db.exec(statement);
      const [orphan] = db.prepare("pragma foreign_key_check").all();
      if (orphan !== undefined) {
        throw invalidRequest(`A row of ${orphan.table} belongs to a row of ${orphan.parent} that does not exist.`);
      }
      db.exec("commit; pragma journal_mode = delete; pragma synchronous = full");
      db.close();
      const handle = openSync(moving, "r+");
      fsyncSync(handle);
      closeSync(handle);
      await check();
      renameSync(moving, file);
      // The exclusive lock left an empty journal.
      rmSync(`${moving}-journal`, { force: true });
      await syncFolder(dirname(file));
    },
    async close() {
      for (const each of [stale, database]) if (each?.isOpen) each.close();
    },
  };
}

/** Throws if the folder of the file is not writable, or can't be created. */
function requireFolder(file: string): void {
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(`${folder}/.`, constants.W_OK);
  } catch (cause) {
    throw invalidRequest(`The service may not write to ${folder}, or it is no folder. Give another file.`, { cause });
  }
}

/** Opens a file with a lock, so that no other process can use it. */
function lockedAlone(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec("pragma locking_mode = exclusive; begin exclusive; commit");
    return database;
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw invalidRequest(`Another move writes to ${file}. Wait until it ends.`);
  }
}

type Writing = { table: MovedTable; chunks: AsyncIterable<Buffer> };

async function writeRows(database: DatabaseSync, { table, chunks }: Writing): Promise<void> {
  const columns = table.columns.map(({ name }) => quote(name)).join();
  const marks = table.columns.map(() => "?").join();
  const insert = database.prepare(`insert into ${quote(table.name)} (${columns}) values (${marks})`);
  const kinds = table.columns.map(({ kind }) => kind);
  for await (const lines of wholeLines(chunks)) {
    const rows = lines.toString().split("\n");
    rows.pop();
    for (const row of rows) insert.run(...fieldsOf(row).map((field, nth) => toValue(field, kinds[nth])));
  }
}

function toValue(field: string | null, kind: ColumnKind | undefined): SQLInputValue {
  if (field === null || kind !== "integer") return field;
  const number = Number(field);
  return Number.isSafeInteger(number) ? number : BigInt(field);
}
