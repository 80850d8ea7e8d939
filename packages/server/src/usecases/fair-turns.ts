import { DomainError } from "../domain/errors.ts";

/** How many tasks of one holder may run or wait. The service refuses further tasks. */
const MAX_OF_HOLDER = 5;

export type FairTurns = ReturnType<typeof createFairTurns>;

/**
 * Runs costly tasks. The holders take turns, and each holder runs one task at a time. So the tasks of one holder do not delay the
 * tasks of others.
 * A holder is a person, or the IP address of a visitor. `atOnce`: how many tasks run at the same time. `problem`: the text of the refusal
 * if too many tasks of one holder wait. Each process has its own turns.
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

  /** After a turn, a holder with more tasks moves to the end of the queue. */
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
     * Runs a task when it is its turn. If `signal` aborts, because the client has disconnected, the waiting task is
     * removed.
     * Throws `rate_limited` when too many tasks of the holder wait.
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
