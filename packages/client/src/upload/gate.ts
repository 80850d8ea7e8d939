/** Stops and lets go what an upload does. */
export type Gate = {
  pause(): void;
  resume(): void;
  isPaused(): boolean;
  /** Aborted at the next pause: what is under way must stop. */
  interrupt(): AbortSignal;
  /** Resolves while it is open, or as soon as it is, or when the signal is aborted. */
  opened(signal: AbortSignal): Promise<void>;
};

export function createGate(): Gate {
  let interrupt = new AbortController();
  let opening: { promise: Promise<void>; open: () => void } | undefined;
  return {
    pause() {
      if (opening !== undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      opening = { promise, open: resolve };
      interrupt.abort();
    },
    resume() {
      if (opening === undefined) return;
      interrupt = new AbortController();
      opening.open();
      opening = undefined;
    },
    isPaused: () => opening !== undefined,
    interrupt: () => interrupt.signal,
    async opened(signal) {
      while (opening !== undefined && !signal.aborted) await Promise.race([opening.promise, abortOf(signal)]);
    },
  };
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
