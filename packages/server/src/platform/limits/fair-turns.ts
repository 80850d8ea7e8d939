import { type DomainError, invalidRequest } from "../errors.ts";
import { rateLimited } from "./in-database.ts";

/** The time after which a refused holder may try again, in milliseconds. By then, a task of the holder has probably ended. */
const RETRY_MS = 1_000;

export type FairTurns = ReturnType<typeof createFairTurns>;

/**
 * Limits the number of costly tasks that run in parallel. A holder is a person, or the network of a client. The holders take turns, and
 * each holder runs one task at a time, so a holder with many tasks delays other holders only a little. `atOnce`: the maximum number of
 * tasks that run in parallel. `ofHolder`: the maximum number of tasks of one holder that run or wait. `problem`: the error text for a
 * holder with more tasks. Each process has its own turns and counters.
 */
export function createFairTurns({ atOnce, ofHolder, problem }: { atOnce: number; ofHolder: number; problem: string }) {
  const running = new Set<string>();
  // The waiting tasks of each holder. The holders are in the order of their next turn.
  const waiting = new Map<string, (() => void)[]>();

  function startNext(): void {
    for (const [holder, [start, ...others]] of waiting) {
      if (running.size >= atOnce) return;
      if (running.has(holder)) continue;
      if (others.length > 0) waiting.set(holder, others);
      else waiting.delete(holder);
      running.add(holder);
      start?.();
    }
  }

  /** Ends the task of a holder. If other tasks of the holder wait, the holder moves to the end of the queue. */
  function endTurn(holder: string): void {
    running.delete(holder);
    const others = waiting.get(holder);
    if (others !== undefined) {
      waiting.delete(holder);
      waiting.set(holder, others);
    }
    startNext();
  }

  function wait(holder: string, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw disconnected();
    const earlier = waiting.get(holder) ?? [];
    if (earlier.length + (running.has(holder) ? 1 : 0) >= ofHolder) throw rateLimited(problem, RETRY_MS);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const others = (waiting.get(holder) ?? []).filter((start) => start !== begin);
      if (others.length > 0) waiting.set(holder, others);
      else waiting.delete(holder);
      reject(disconnected());
    };
    const begin = () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    signal?.addEventListener("abort", leave, { once: true });
    waiting.set(holder, [...earlier, begin]);
    return promise;
  }

  return {
    /**
     * Waits for the turn of the holder, and then runs the task. If `signal` aborts during the wait, for example because the client has
     * disconnected, the task never runs. Throws `rate_limited` if the holder already has `ofHolder` tasks that run or wait.
     */
    async run<T>(
      { holder, signal }: { holder: string; signal?: AbortSignal | undefined },
      work: () => Promise<T>,
    ): Promise<T> {
      const turn = wait(holder, signal);
      startNext();
      await turn;
      try {
        return await work();
      } finally {
        endTurn(holder);
      }
    },
  };
}

function disconnected(): DomainError {
  return invalidRequest("The connection closed before the work began.");
}
