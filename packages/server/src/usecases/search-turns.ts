import { DomainError } from "../domain/errors.ts";

/** How many searches of one person run or wait. Others are refused. */
const MAX_SEARCHES = 5;

/**
 * Runs searches in turns, one of each person at a time, so that the searches of one person do not delay those of others.
 * `atOnce`: how many searches run at the same time. The turns hold in this process only.
 */
export function createSearchTurns({ atOnce }: { atOnce: number }) {
  const running = new Set<string>();
  // People in the order of their next turn.
  const waiting = new Map<string, (() => void)[]>();

  function startNext(): void {
    for (const [userId, [start, ...others]] of waiting) {
      if (running.size >= atOnce) return;
      if (running.has(userId)) continue;
      if (others.length > 0) waiting.set(userId, others);
      else waiting.delete(userId);
      running.add(userId);
      start?.();
    }
  }

  /** After a turn, a person with more searches goes to the end. */
  function endTurn(userId: string): void {
    running.delete(userId);
    const others = waiting.get(userId);
    if (others !== undefined) {
      waiting.delete(userId);
      waiting.set(userId, others);
    }
    startNext();
  }

  function wait(userId: string, signal: AbortSignal | undefined): Promise<void> {
    const earlier = waiting.get(userId) ?? [];
    if (earlier.length + (running.has(userId) ? 1 : 0) >= MAX_SEARCHES) {
      throw new DomainError(
        "rate_limited",
        `${MAX_SEARCHES} of your searches are running or waiting. Wait for their results first.`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const others = (waiting.get(userId) ?? []).filter((start) => start !== begin);
      if (others.length > 0) waiting.set(userId, others);
      else waiting.delete(userId);
      reject(new DomainError("invalid_request", "The connection closed before the search began."));
    };
    const begin = () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    signal?.addEventListener("abort", leave, { once: true });
    waiting.set(userId, [...earlier, begin]);
    return promise;
  }

  return {
    /**
     * Runs a search when it is its turn. `signal`: the search leaves the queue when the client goes away.
     * Throws `rate_limited` when too many searches of the person wait.
     */
    async run<T>(
      { userId, signal }: { userId: string; signal: AbortSignal | undefined },
      search: () => Promise<T>,
    ): Promise<T> {
      const turn = wait(userId, signal);
      startNext();
      await turn;
      try {
        return await search();
      } finally {
        endTurn(userId);
      }
    },
  };
}
