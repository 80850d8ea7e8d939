import type { Logger } from "pino";
import type { UseCases } from "../usecases/index.ts";
import { type Loop, startLoop } from "./loop.ts";

/** How often this replica checks for changed notes and files. Milliseconds. */
const INTERVAL_MS = 5_000;
/** The pause between two steps. Other requests use the database in this pause. Milliseconds. */
const PAUSE_MS = 30;

/** Indexes changed notes and files for searches, in small steps. */
export function startSearchIndex({
  useCases,
  logger,
}: {
  useCases: Pick<UseCases, "indexForSearch">;
  logger: Logger;
}): Loop {
  let next: NodeJS.Timeout | undefined;
  const loop = startLoop({
    async round() {
      clearTimeout(next);
      if (await useCases.indexForSearch()) next = setTimeout(loop.kick, PAUSE_MS);
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The index for searches could not be updated. It is retried."),
  });
  return {
    kick: loop.kick,
    async stop() {
      await loop.stop();
      clearTimeout(next);
    },
  };
}
