import type { Logger } from "pino";
import type { UseCases } from "../usecases/index.ts";
import { type Loop, startLoop } from "./loop.ts";

const INTERVAL_MS = 30_000;

/** Expires abandoned uploads, and deletes the objects whose deletion is due and the counts of expired limits. */
export function startSweep(options: {
  useCases: Pick<UseCases, "expireUploads" | "purgeObjects" | "deleteExpiredWindows">;
  logger: Logger;
}): Loop {
  const { useCases, logger } = options;
  return startLoop({
    async round() {
      await useCases.expireUploads();
      await useCases.purgeObjects();
      await useCases.deleteExpiredWindows();
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The sweep failed. It is retried."),
  });
}
