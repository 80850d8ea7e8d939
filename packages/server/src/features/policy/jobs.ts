import type { Logger } from "pino";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";

/**
 * How often a replica reads the rules. If another replica or a command changes a rule, the replica applies the change within this time (ADR
 * 15). Milliseconds.
 */
const INTERVAL_MS = 3_000;

/** Reads the rules of administrators again and again. While the database is unreachable, the rules that were read last stay in force. */
export function startPolicyRefresh({ refresh, logger }: { refresh: () => Promise<void>; logger: Logger }): Loop {
  return startLoop({
    round: refresh,
    intervalMs: INTERVAL_MS,
    onError: (error) =>
      logger.warn({ err: error }, "The rules of administrators could not be read. The last ones stay."),
  });
}
