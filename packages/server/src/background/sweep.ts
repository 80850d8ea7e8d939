import type { Logger } from "pino";
import type { UseCases } from "../usecases/index.ts";
import { type Loop, startLoop } from "./loop.ts";

const INTERVAL_MS = 30_000;

/**
 * Records counted refusals, and expires abandoned uploads. Deletes the objects whose deletion is due, the counts of expired limits,
 * and old claims of links.
 */
export function startSweep(options: {
  useCases: Pick<
    UseCases,
    "expireUploads" | "purgeObjects" | "deleteExpiredWindows" | "deleteOldClaims" | "flushRefusals"
  >;
  logger: Logger;
}): Loop {
  const { useCases, logger } = options;
  return startLoop({
    async round() {
      await useCases.flushRefusals();
      await useCases.expireUploads();
      await useCases.purgeObjects();
      await useCases.deleteExpiredWindows();
      await useCases.deleteOldClaims();
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The sweep failed. It is retried."),
  });
}
