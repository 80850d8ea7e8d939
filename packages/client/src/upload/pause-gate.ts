export type PauseGate = {
  pause(): void;
  resume(): void;
  isPaused(): boolean;
  /** Returns a signal that aborts when the upload is paused, so that running requests stop. */
  interrupt(): AbortSignal;
  /** Resolves when the upload is not paused, or when the signal aborts. */
  opened(signal: AbortSignal): Promise<void>;
};

export function createPauseGate(): PauseGate {
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
