import { aborted, canGetBetter, type ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import type { Gate } from "./gate.ts";

/** The first pause between attempts is up to this long. Milliseconds. */
const BASE_MS = 500;
/** No pause is longer. Milliseconds. */
const MAX_MS = 30_000;

/** Tries until it succeeds, is aborted (by `stop` as well), or fails in a way that waiting does not change. */
export type Persist = <T>(attempt: (signal: AbortSignal) => Promise<T>, options?: { stop?: AbortSignal }) => Promise<T>;

type Options = {
  platform: Platform;
  gate: Gate;
  signal: AbortSignal;
  /** Without any success for so long while there is a connection, the last error is the answer. Milliseconds. */
  giveUpAfterMs: number;
  /** Told how many attempts there are, and how many of them wait. */
  onWaiting: (counts: { attempts: number; waiting: number }) => void;
};

/** Makes the loop that every request of one upload goes through; its parts share what is known of the outage. */
export function createPersist({ platform, gate, signal: whole, giveUpAfterMs, onWaiting }: Options): Persist {
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
      if (!network.isOnline()) await nap(MAX_MS, signal);
    }
    count({ waiting: -1 });
    // Neither a pause nor a night without a connection is an outage of the service.
    lastSuccessAt = now();
  }

  /** Sleeps, unless something happens that makes another attempt worth while. */
  async function nap(milliseconds: number, signal: AbortSignal): Promise<void> {
    const wake = new AbortController();
    const stop = network.onOnline(() => wake.abort());
    await platform.sleep(milliseconds, AbortSignal.any([signal, gate.interrupt(), wake.signal]));
    stop();
  }

  async function backOff(error: ValetKeyError, options: { failures: number; signal: AbortSignal }): Promise<void> {
    const { failures, signal } = options;
    count({ waiting: 1 });
    await nap(pauseMs(platform, { failures, retryAfterSeconds: error.retryAfterSeconds }), signal);
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
          // Stopped by a pause, so it says nothing about the line.
          if (interrupt.aborted) continue;
          if (!canGetBetter(error)) throw error;
          if (network.isOnline() && now() - lastSuccessAt > giveUpAfterMs) throw error;
          await backOff(error, { failures, signal });
        }
      }
    } finally {
      count({ attempts: -1 });
    }
  };
}

/** Exponential with full jitter, so that the clients of an outage don't come back all at once; never before the service asked for it. */
export function pauseMs(
  { random }: Pick<Platform, "random">,
  { failures, retryAfterSeconds = 0 }: { failures: number; retryAfterSeconds?: number | undefined },
): number {
  const jittered = random() * Math.min(MAX_MS, BASE_MS * 2 ** failures);
  return jittered + retryAfterSeconds * 1000;
}
