import type { Logger } from "pino";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";

/**
 * How often this replica checks for due events. An event becomes due again if its hook failed, or if another replica did not finish the
 * delivery. Milliseconds.
 */
const INTERVAL_MS = 5_000;

type Deliver = (options: { signal: AbortSignal }) => Promise<number>;

/**
 * Calls the hooks of the host application for the file events that are due. `stop` waits for the hooks that are running. Events whose hook
 * is not running stay in the queue.
 */
export function startFileEventDelivery({ deliver, logger }: { deliver: Deliver; logger: Logger }): Loop {
  const stopping = new AbortController();
  const loop = startLoop({
    async round() {
      await deliver({ signal: stopping.signal });
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The events of files could not be delivered. They are retried."),
  });
  return {
    kick: loop.kick,
    stop() {
      stopping.abort();
      return loop.stop();
    },
  };
}
