import { AsyncLocalStorage } from "node:async_hooks";

/** Work that is repeated in the background. */
export type Loop = {
  /** Starts a round now, or one more after the round that runs. */
  kick(): void;
  /** Starts no more rounds, and waits for the one that runs. */
  stop(): Promise<void>;
};

/** Runs `round` every `intervalMs`, and when kicked. One round runs at a time. */
export function startLoop(options: {
  round: () => Promise<void>;
  intervalMs: number;
  onError: (error: unknown) => void;
}): Loop {
  let running: Promise<void> | undefined;
  let isKicked = false;
  let isStopped = false;
  // A request that kicks the loop is not the parent of the round in traces.
  const outsideRequests = AsyncLocalStorage.snapshot();

  async function run(): Promise<void> {
    do {
      isKicked = false;
      await options.round().catch(options.onError);
    } while (isKicked && !isStopped);
    running = undefined;
  }

  function kick(): void {
    if (isStopped) return;
    isKicked = true;
    running ??= outsideRequests(run);
  }

  const timer = setInterval(kick, options.intervalMs);
  return {
    kick,
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
