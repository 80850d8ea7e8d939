import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

/** Creates the file for its owner alone, and its directory too, unless they exist. */
export function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
}

// SQLite copies its write-ahead log into the database within the commit that finds it this long (here 64 MiB, and some 100 ms on a
// plain disk). More often would be less at a time, but pages that change again and again would be copied more often: at SQLite's
// default of 1,000 pages one URL event in a hundred waited for it, and the log of URL events had 2/3 of the throughput.
const CHECKPOINT_PAGES = { auditThread: 16_000, mainThread: 24_000 };

/**
 * What each connection that writes needs: foreign keys, and a commit that is on the disk when it returns. The main thread checkpoints
 * only when the audit log is quiet, as it stops the event loop with it.
 */
export function configureWriter(database: DatabaseSync, { where }: { where: keyof typeof CHECKPOINT_PAGES }): void {
  database.exec("pragma synchronous = full");
  // macOS keeps data in the drive's cache unless asked not to; elsewhere this changes nothing.
  database.exec("pragma fullfsync = on");
  database.exec("pragma foreign_keys = on");
  database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES[where]}`);
}
