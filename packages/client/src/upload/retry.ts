import { aborted, isRetryable, MAX_DELAY_MS, retryDelayMs, type ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";

/** Repeats an attempt until it succeeds, fails with a permanent error, or a signal aborts. */
export type Retry = <T>(attempt: (signal: AbortSignal) => Promise<T>, options?: { stop?: AbortSignal }) => Promise<T>;

type Options = {
  platform: Platform;
  gate: PauseGate;
  signal: AbortSignal;
  /** The loop throws the last error if no attempt succeeds for this time, in milliseconds. Time without a connection does not count. */
  giveUpAfterMs: number;
  /**
   * Called when one of two counts changes: unfinished requests (`attempts`), and unfinished requests that wait for their next attempt
   * (`waiting`).
   */
  onWaiting: (counts: { attempts: number; waiting: number }) => void;
};

/** Makes the retry loop of one upload. A success of any request of the upload restarts `giveUpAfterMs` for all its requests. */
export function createRetry({ platform, gate, signal: whole, giveUpAfterMs, onWaiting }: Options): Retry {
  const { now, network } = platform;
  let lastSuccessAt = now();
  let attempts = 0;
  let waiting = 0;

  function count(change: { attempts?: number; waiting?: number }): void {
    attempts += change.attempts ?? 0;
    waiting += change.waiting ?? 0;
    onWaiting({ attempts, waiting });
  }

  async function waitUntilOpen(signal: AbortSignal): Promise<void> {
    if (!gate.isPaused() && network.isOnline()) return;
    count({ waiting: 1 });
    while (!signal.aborted && (gate.isPaused() || !network.isOnline())) {
      await gate.opened(signal);
      if (!network.isOnline()) await nap(MAX_DELAY_MS, signal);
    }
    count({ waiting: -1 });
    // Time in a pause or without a connection does not count for `giveUpAfterMs`.
    lastSuccessAt = now();
  }

  /** Sleeps until the time is over, the user pauses the upload, or the connection returns. */
  async function nap(milliseconds: number, signal: AbortSignal): Promise<void> {
    const wake = new AbortController();
    const stop = network.onOnline(() => wake.abort());
    await platform.sleep(milliseconds, AbortSignal.any([signal, gate.interrupt(), wake.signal]));
    stop();
  }

  async function backOff(error: ValetKeyError, options: { failures: number; signal: AbortSignal }): Promise<void> {
    const { failures, signal } = options;
    count({ waiting: 1 });
    await nap(retryDelayMs(platform, { failures, retryAfterSeconds: error.retryAfterSeconds }), signal);
    count({ waiting: -1 });
  }

  return async (attempt, { stop } = {}) => {
    const signal = stop === undefined ? whole : AbortSignal.any([whole, stop]);
    count({ attempts: 1 });
    try {
      for (let failures = 0; ; failures += 1) {
        await waitUntilOpen(signal);
        if (signal.aborted) throw aborted(signal.reason);
        const interrupt = gate.interrupt();
        try {
          const value = await attempt(AbortSignal.any([signal, interrupt]));
          lastSuccessAt = now();
          return value;
        } catch (error) {
          if (signal.aborted) throw aborted(signal.reason);
          // The attempt stopped because the user paused the upload, which is no failure. The loop waits until the upload resumes.
          if (interrupt.aborted) continue;
          if (!isRetryable(error)) throw error;
          if (network.isOnline() && now() - lastSuccessAt > giveUpAfterMs) throw error;
          await backOff(error, { failures, signal });
        }
      }
    } finally {
      count({ attempts: -1 });
    }
  };
}

type PauseGate = {
  pause(): void;
  resume(): void;
  isPaused(): boolean;
  /** Returns a signal that aborts when the user pauses the upload, so that running requests stop. */
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
