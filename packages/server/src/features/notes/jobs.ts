import type { Logger } from "pino";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import type { NoteVerbs } from "./index.ts";

/** The pause between two checks for changed notes and files, in milliseconds. */
const INTERVAL_MS = 5_000;
/** After each step, the job pauses for 20 times the duration of this step, so that requests do not become slower. */
const PAUSE_FACTOR = 20;

/** Adds changed notes and files to the search index in small steps. */
export function startSearchIndex({
  useCases,
  logger,
}: {
  useCases: Pick<NoteVerbs, "indexForSearch">;
  logger: Logger;
}): Loop {
  let next: NodeJS.Timeout | undefined;
  const loop = startLoop({
    async round() {
      clearTimeout(next);
      const startedAt = performance.now();
      const hasMore = await useCases.indexForSearch();
      if (hasMore) next = setTimeout(loop.kick, PAUSE_FACTOR * (performance.now() - startedAt));
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
