import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "../../domain/errors.ts";
import { isBusy } from "./errors.ts";

const OPEN_PATIENCE_MS = 10_000;
const OPEN_RETRY_MS = 20;

// SQLite copies its write-ahead log into the database within the commit that finds it this long (here 64 MiB, and some 100 ms on a
// plain disk). More often would be less at a time, but pages that change again and again would be copied more often: at SQLite's
// default of 1,000 pages one URL event in a hundred waited for it, and the log of URL events had 2/3 of the throughput.
const CHECKPOINT_PAGES = { auditThread: 16_000, mainThread: 24_000 };

type Writer = { where: keyof typeof CHECKPOINT_PAGES };

/**
 * Opens a database file to write, creating it for its owner alone, and its directory too, unless they exist. Waits for another process
 * that starts at the same moment. Rejects with `database_unavailable` when the file can't be used.
 */
export async function openWriter(file: string, { where }: Writer): Promise<DatabaseSync> {
  const deadline = performance.now() + OPEN_PATIENCE_MS;
  try {
    createPrivateFile(file);
    const database = new DatabaseSync(file);
    for (;;) {
      try {
        // Changing to WAL needs the file for itself, and does not wait for another process that starts at the same moment.
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
    throw new DomainError(
      "database_unavailable",
      `The database file ${file} can't be used. Move it away or restore a backup, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

/**
 * What each connection that writes needs: foreign keys, and a commit that is on the disk when it returns. The main thread checkpoints
 * only when the audit log is quiet, as it stops the event loop with it.
 */
export function configureWriter(database: DatabaseSync, { where }: Writer): void {
  database.exec("pragma synchronous = full");
  // macOS keeps data in the drive's cache unless asked not to; elsewhere this changes nothing.
  database.exec("pragma fullfsync = on");
  database.exec("pragma foreign_keys = on");
  database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES[where]}`);
}

function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
}
