import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { DomainError } from "../../errors.ts";
import { type Executed, SELECT_MIGRATIONS } from "../migrate.ts";
import { fileFault, urlJournalFile } from "./file.ts";

/** The state of a database at one moment, while other processes write to the database. */
export type SqliteSnapshot = {
  /** Copies the database to `file`, and the URL journal to a file beside `file`. Rejects with `storage_full` or `database_unavailable`. */
  copyTo(file: string): Promise<void>;
  count(table: "notes" | "attachments"): number;
  /** Returns whether the database has a verified file with this id. */
  hasFile(attachmentId: string): boolean;
  /** Returns the name of the last migration, or undefined for an empty database. */
  lastMigration(): string | undefined;
  /**
   * Returns the lowest migration that a version of the service must contain to use the database (ADR 2). Returns undefined for an empty
   * database.
   */
  neededMigration(): string | undefined;
  close(): void;
};

/**
 * Opens a snapshot of the database `file` and of its journal. Events move from the journal to the database, so the journal is opened first.
 * An event that moves between the two openings is then in both files, but readers of the copy still see each event only once. Throws
 * `database_unavailable`.
 */
export function openSnapshot(file: string): SqliteSnapshot {
  const opened: DatabaseSync[] = [];
  function close(): void {
    for (const database of opened) database.close();
  }
  function open(path: string): DatabaseSync {
    // The path of a missing file is created here. An existing file is not opened: on POSIX, a process that closes any handle of a file
    // loses all its locks on it.
    if (!existsSync(path)) closeSync(openSync(path, "wx", 0o600));
    const database = beginReading(path);
    opened.push(database);
    return database;
  }
  try {
    const journal = open(urlJournalFile(file));
    const database = open(file);
    return {
      async copyTo(target) {
        try {
          await copy(journal, urlJournalFile(target));
          await copy(database, target);
        } catch (cause) {
          const fault = fileFault(cause, `The database can't be copied to ${target}`);
          if (fault.code !== "storage_full") throw fault;
          throw new DomainError(
            "storage_full",
            `The disk of ${target} is full. Free space there, and run the command again.`,
            {
              cause,
            },
          );
        }
      },
      count: (table) => Number(database.prepare(`select count(*) as count from ${table}`).get()?.count),
      hasFile: (attachmentId) =>
        database
          .prepare("select 1 from attachments where id = ? and state in ('ready', 'quarantined')")
          .get(attachmentId) !== undefined,
      lastMigration: () => migrationsIn(database).at(-1)?.name,
      neededMigration: () => migrationsIn(database).findLast((each) => each.is_required === "true")?.name,
      close,
    };
  } catch (cause) {
    close();
    throw new DomainError("database_unavailable", `The database file ${file} can't be read`, { cause });
  }
}

/** Opens a file, and begins a transaction. The first read fixes the state that the connection sees. */
function beginReading(path: string): DatabaseSync {
  try {
    return begin("normal");
  } catch {
    // If no other process has the file open, the first reader creates a file for shared memory, which fails on a full disk. A connection
    // with an exclusive lock needs no file for shared memory.
    return begin("exclusive");
  }

  function begin(locking: "normal" | "exclusive"): DatabaseSync {
    const database = new DatabaseSync(path);
    try {
      database.exec(`pragma locking_mode = ${locking}; begin`);
      database.prepare("select 1 from sqlite_schema").all();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }
}

async function copy(database: DatabaseSync, file: string): Promise<void> {
  closeSync(openSync(file, "wx", 0o600));
  await backup(database, file);
  // In WAL mode, SQLite would create more files beside the copy when a program opens the copy.
  const copied = new DatabaseSync(file);
  copied.exec("pragma journal_mode = delete");
  copied.close();
}

/** Returns the migrations that have run. The list is empty for a database of a preview before 0.1.0, and for an empty database. */
export function migrationsIn(database: DatabaseSync): Executed[] {
  const hasFacts = database.prepare("select 1 from sqlite_schema where name = 'facts'").get() !== undefined;
  return hasFacts ? (database.prepare(SELECT_MIGRATIONS).all() as Executed[]) : [];
}

const KEPT_COPIES = 3;

type Options = { migration: string; onCopy: (copy: string) => void };

/**
 * Copies the database `file` and its journal to `<file>.before-<migration>`, for a rollback. Keeps only the newest three of these copies,
 * and deletes the older ones. Does nothing if another process has migrated the database in the meantime. Rejects with `storage_full` or
 * `database_unavailable`.
 */
export async function copyBeforeMigration(file: string, { migration, onCopy }: Options): Promise<void> {
  const copy = `${file}.before-${migration}`;
  const temporary = `${file}.copy-${randomUUID()}`;
  const snapshot = openSnapshot(file);
  try {
    if ((snapshot.lastMigration() ?? "") >= migration) return;
    await snapshot.copyTo(temporary);
    renameSync(urlJournalFile(temporary), urlJournalFile(copy));
    renameSync(temporary, copy);
  } finally {
    snapshot.close();
    remove(temporary);
  }
  removeOldCopies(file);
  onCopy(copy);
}

function removeOldCopies(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.before-`;
  const copies = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && !name.endsWith(urlJournalFile("")))
    .map((name) => join(folder, name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const old of copies.slice(KEPT_COPIES)) remove(old);
}

function remove(copy: string): void {
  for (const path of [copy, urlJournalFile(copy)]) rmSync(path, { force: true });
}
