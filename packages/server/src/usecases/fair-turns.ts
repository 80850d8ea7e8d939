import { DomainError } from "../domain/errors.ts";

/** The maximum number of tasks of one holder that run or wait. The service refuses more tasks of this holder. */
const MAX_OF_HOLDER = 5;

export type FairTurns = ReturnType<typeof createFairTurns>;

/**
 * Limits how many costly tasks run at the same time. The holders take turns, and each holder runs one task at a time. A holder with many
 * tasks therefore hardly delays the tasks of others.
 * A holder is a person, or the IP address of a visitor. `atOnce`: the maximum number of tasks that run at the same time. `problem`: the
 * error text when one holder has too many tasks. Each process has its own turns and counts.
 */
export function createFairTurns({ atOnce, problem }: { atOnce: number; problem: string }) {
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
    const earlier = waiting.get(holder) ?? [];
    if (earlier.length + (running.has(holder) ? 1 : 0) >= MAX_OF_HOLDER) {
      throw new DomainError("rate_limited", problem);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const others = (waiting.get(holder) ?? []).filter((start) => start !== begin);
      if (others.length > 0) waiting.set(holder, others);
      else waiting.delete(holder);
      reject(new DomainError("invalid_request", "The connection closed before the work began."));
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
     * Waits for the turn of the holder, and then runs the task. If `signal` aborts while the task waits, for example because the client has
     * disconnected, the task is removed and never runs.
     * Throws `rate_limited` if the holder already has 5 tasks that run or wait.
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
