import { AsyncLocalStorage } from "node:async_hooks";

/** Work that runs in the background, in rounds. */
export type Loop = {
  /** Starts a round now. If a round is already running, another round starts after its end. */
  kick(): void;
  /** Starts no more rounds, aborts the signal of the running round, and waits for its end. */
  stop(): Promise<void>;
};

/** Runs `round` every `intervalMs`, and after each call of `kick`. Only one round runs at a time. */
export function startLoop(options: {
  round: (signal: AbortSignal) => Promise<void>;
  intervalMs: number;
  onError: (error: unknown) => void;
}): Loop {
  let running: Promise<void> | undefined;
  let isKicked = false;
  const stopping = new AbortController();
  // Without this snapshot, a trace would show the HTTP request that called `kick` as the parent of the round.
  const outsideRequests = AsyncLocalStorage.snapshot();

  async function run(): Promise<void> {
    do {
      isKicked = false;
      await options.round(stopping.signal).catch(options.onError);
    } while (isKicked && !stopping.signal.aborted);
    running = undefined;
  }

  function kick(): void {
    if (stopping.signal.aborted) return;
    isKicked = true;
    running ??= outsideRequests(run);
  }

  const timer = setInterval(kick, options.intervalMs);
  return {
    kick,
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
}
