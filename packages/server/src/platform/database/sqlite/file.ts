import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { DomainError } from "../../errors.ts";

const OPEN_PATIENCE_MS = 10_000;
const OPEN_RETRY_MS = 20;

// The number of pages in the write-ahead log at which a commit copies the log into the database. A log of 16,000 pages has about 62 MiB,
// and the copy takes about 100 ms on a plain disk. With fewer pages, SQLite would copy frequently changed pages more often. With the SQLite
// default of 1,000 pages, one in a hundred URL events had to wait, and the log of URL events had only 2/3 of the throughput. The main
// thread uses this limit only during migrations, and the audit thread only for the log of its journal. checkpoints.ts describes all other
// copies.
const CHECKPOINT_PAGES = { workerThread: 16_000, mainThread: 24_000 };

const CACHE_KIB = 32_000;

type Writer = { where: keyof typeof CHECKPOINT_PAGES };

/**
 * Opens a database file for writing. Creates a missing file and its missing directory, readable only for the owner. Waits for other
 * processes that start at the same time. Rejects with `database_unavailable` if the file cannot be used.
 */
export async function openWriter(file: string, { where }: Writer): Promise<DatabaseSync> {
  const deadline = performance.now() + OPEN_PATIENCE_MS;
  try {
    createPrivateFile(file);
    const database = new DatabaseSync(file);
    for (;;) {
      try {
        // The change to WAL mode needs exclusive access to the file, and fails immediately if another process has the file open. The loop
        // then retries the change.
        database.exec("pragma journal_mode = wal");
        configureWriter(database, { where });
        return database;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) {
          database.close();
          throw error;
        }
        await sleep(OPEN_RETRY_MS);
      }
    }
  } catch (error) {
    const isReadOnly = (error as NodeJS.ErrnoException).code === "EROFS";
    if (isBusy(error)) {
      throw new DomainError(
        "database_unavailable",
        `Another process, such as \`valetkey move\`, has locked the database file ${file}. Wait until it ends.`,
        { cause: error },
      );
    }
    const remedy = isReadOnly ? "Mount its disk for writing" : "Move it away or restore a backup";
    throw new DomainError(
      "database_unavailable",
      `The database file ${file} can't be used. ${remedy}, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

/**
 * Opens a file for writing on a worker thread. Throws if the file does not exist, because a person may have moved it away. SQLite would
 * create a new file, and delete the write-ahead log of the moved file. `timeoutMs`: the maximum time that a call waits for other
 * connections.
 */
export function openExisting(file: string, { timeoutMs }: { timeoutMs: number }): DatabaseSync {
  const database = new DatabaseSync(new URL(`${pathToFileURL(file)}?mode=rw`), { timeout: timeoutMs });
  configureWriter(database, { where: "workerThread" });
  return database;
}

/** Enables foreign keys, and makes each commit wait until its data is on the disk. */
function configureWriter(database: DatabaseSync, { where }: Writer): void {
  database.exec("pragma synchronous = full");
  // Without this pragma, macOS leaves the data in the cache of the drive.
  database.exec("pragma fullfsync = on");
  database.exec("pragma foreign_keys = on");
  database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES[where]}`);
}

/**
 * Lets SQLite use more memory. Each transaction in a write group has a savepoint (ADR 12). By default, SQLite writes the pages that a
 * savepoint changes to a temporary file, and its cache of 2 MiB contains only few pages. The temporary file and the small cache together
 * took a third of the CPU time of a write. Call this function after the migrations, which may need more space than the memory has.
 */
export function useMemory(writer: DatabaseSync): void {
  writer.exec("pragma temp_store = memory");
  writer.exec(`pragma cache_size = -${CACHE_KIB}`);
}

function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // An existing file is not opened here. On POSIX, a process that closes any handle of a file loses all its locks on the file.
  if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  else closeSync(openSync(file, "a", 0o600));
}

/**
 * Returns the path of the journal of URL events, which is in the folder of the database `file`. When another connection changes a file,
 * SQLite drops all its cached pages of the file. With the journal in the database file, each access decision would have to read its pages
 * again.
 */
export function urlJournalFile(file: string): string {
  return `${file}-url-journal`;
}

/** Returns the path of the file with the rows of an incomplete move into the database `file`. */
export function movingFile(file: string): string {
  return `${file}.moving`;
}

/** Returns why a service does not start on the database `file`, and what the operator can do. */
export function incompleteMove(file: string): string {
  return `A move into ${file} runs, or was interrupted. Run \`valetkey move database\` again with the settings of the former database. To start without the moved data, delete ${movingFile(file)}.`;
}

const BUSY = 5;
const LOCKED = 6;
const FULL = 13;
const READ_ONLY = 8;
/** The disk refused a read or a write, or became read-only while the file was open. */
const IO_ERROR = 10;
/** The error code of a query that SQLite stopped before its end. */
export const INTERRUPT = 9;
const CORRUPT = 11;
const NO_DATABASE = 26;
// The codes for faults of the file. The codes without a name: cannot open, protocol.
const FILE_FAULTS = new Set([BUSY, LOCKED, READ_ONLY, IO_ERROR, CORRUPT, FULL, 14, 15, NO_DATABASE]);

/** Converts faults of the file to `storage_full` or `database_unavailable`. Returns other errors unchanged. */
export function toSqliteDomainError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const isClosed = (error as { code?: unknown }).code === "ERR_INVALID_STATE";
  if (!isClosed && !FILE_FAULTS.has(primaryCode(error))) return error;
  return fileFault(error, "The database can't be reached");
}

const NOT_WRITABLE =
  "The database can't be written. Check its disk, mount it for writing, and let the service write there.";

/** Returns the domain error for a fault of the file. `message` describes a fault that is not a fault of the disk. */
export function fileFault(cause: unknown, message: string): DomainError {
  const code = primaryCode(cause);
  if (code === FULL) return new DomainError("storage_full", "The disk of the database is full", { cause });
  const isNotWritable = code === READ_ONLY || code === IO_ERROR;
  return new DomainError("database_unavailable", isNotWritable ? NOT_WRITABLE : message, { cause });
}

/** Returns whether the error says that another connection is writing. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY || primaryCode(error) === LOCKED;
}

/** Returns whether the error, or its cause, says that the content of a file is damaged. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error instanceof DomainError ? error.cause : error);
  return code === CORRUPT || code === NO_DATABASE;
}

function primaryCode(error: unknown): number {
  const { errcode } = Object(error) as { errcode?: unknown };
  // The low byte of an extended result code is the primary code.
  return typeof errcode === "number" ? errcode & 0xff : 0;
}
