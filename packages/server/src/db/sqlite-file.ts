import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

/** Creates the file for its owner alone, and its directory too, unless they exist. */
export function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
}

/** What each connection that writes needs: foreign keys, and a commit that is on the disk when it returns. */
export function configureWriter(database: DatabaseSync): void {
  database.exec("pragma synchronous = full");
  // macOS keeps data in the drive's cache unless asked not to; elsewhere this changes nothing.
  database.exec("pragma fullfsync = on");
  database.exec("pragma foreign_keys = on");
}
