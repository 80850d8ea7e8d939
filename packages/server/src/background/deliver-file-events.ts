import type { Logger } from "pino";
import { type Loop, startLoop } from "./loop.ts";

/** How soon a hook is called again if it failed, or if another replica did not finish it. */
const INTERVAL_MS = 5_000;

type Deliver = (options: { signal: AbortSignal }) => Promise<number>;

/** Calls the hooks of an embedding for the events that are due. `stop` waits for the hooks that run. The other events stay due. */
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
