import { aborted, isRetryable, type ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import type { PauseGate } from "./pause-gate.ts";

/** The longest possible first pause between two attempts. Milliseconds. */
const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/** Repeats an attempt until it succeeds, a signal aborts, or the attempt fails with an error that a retry cannot fix. */
export type Retry = <T>(attempt: (signal: AbortSignal) => Promise<T>, options?: { stop?: AbortSignal }) => Promise<T>;

type Options = {
  platform: Platform;
  gate: PauseGate;
  signal: AbortSignal;
  /** If no attempt succeeds for this time while there is a connection, the retry loop throws the last error. Milliseconds. */
  giveUpAfterMs: number;
  /** Called when one of these numbers changes: unfinished requests (`attempts`), and unfinished requests that wait (`waiting`). */
  onWaiting: (counts: { attempts: number; waiting: number }) => void;
};

/** Makes the retry loop of one upload. A success of any request of the upload restarts the time `giveUpAfterMs` for all of them. */
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
    // The time in which the upload was paused or had no connection does not count towards `giveUpAfterMs`.
    lastSuccessAt = now();
  }

  /** Sleeps until the time is over, the user pauses the upload, or a connection comes up. */
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
          // A pause stopped the attempt, so this error is not a failure. The loop waits until the upload resumes.
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

/**
 * Returns the pause before the next attempt, in milliseconds. The pause is never shorter than the pause that the service asked for.
 *
 * The pause is random (full jitter), and its upper limit grows exponentially. So the clients do not all return at the same time after an
 * outage.
 */
export function retryDelayMs(
  { random }: Pick<Platform, "random">,
  { failures, retryAfterSeconds = 0 }: { failures: number; retryAfterSeconds?: number | undefined },
): number {
  const jittered = random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** failures);
  return jittered + retryAfterSeconds * 1000;
}
