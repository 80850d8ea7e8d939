import type { Logger } from "pino";
import { type Loop, startLoop } from "./loop.ts";

/** How soon a replica applies a rule that was changed on another replica, or with a command (ADR 31). */
const INTERVAL_MS = 3_000;

/** Reads the rules of administrators at intervals. While the database is unreachable, the last rules stay. */
export function startPolicyRefresh({ refresh, logger }: { refresh: () => Promise<void>; logger: Logger }): Loop {
  return startLoop({
    round: refresh,
    intervalMs: INTERVAL_MS,
    onError: (error) =>
      logger.warn({ err: error }, "The rules of administrators could not be read. The last ones stay."),
  });
}
