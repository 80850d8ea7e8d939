import type { Logger } from "pino";
import { type Loop, startLoop } from "./loop.ts";

/** How soon a hook runs again that failed, or that another replica left. */
const INTERVAL_MS = 5_000;

/** Calls the hooks of an embedding for the events that are due. */
export function startFileEvents(options: { deliver: () => Promise<number>; logger: Logger }): Loop {
  const { deliver, logger } = options;
  return startLoop({
    async round() {
      await deliver();
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The events of files could not be delivered. They are retried."),
  });
}
