import { type Loop, startLoop } from "./loop.ts";

/** Work that the database queues, such as mails. A lease prevents that two replicas do the same work at the same time. */
export type LeasedWork<Work> = {
  /**
   * Leases due work. `running`: the work that this process does now. Returns an empty list if no work is due, or if this process must not do
   * more work at the same time.
   */
  lease(running: readonly Work[]): Promise<readonly Work[]>;
  /**
   * Does the work, and records the outcome. Returns whether the work succeeded. If `run` rejects, the work is due again when its lease ends.
   * `cut` aborts when the process can no longer wait for the work.
   */
  run(work: Work, cut: AbortSignal): Promise<boolean>;
};

/** `work`: the work whose `run` has failed. Undefined: `lease` has failed. */
type OnError<Work> = (error: unknown, work?: Work) => void;

export type Runner = {
  /** Starts due work until no work is due. Does not wait for the work, because some work may never end. Returns the number of started works. */
  start(signal?: AbortSignal): Promise<number>;
  /** Starts work until no work is due, and waits for all work. Returns the number of works that succeeded. */
  drain(): Promise<number>;
  /** Waits for the running work. Cuts the work that still runs after `cutAfterMs` milliseconds. Default: waits as long as the work runs. */
  settle(cutAfterMs?: number): Promise<void>;
  cut(): void;
};

/** Runs leased work in parallel. The runner calls `onEnd` after each work, so that the caller can start other work. */
export function openRunner<Work>(
  { lease, run }: LeasedWork<Work>,
  { onError, onEnd }: { onError: OnError<Work>; onEnd?: () => void },
): Runner {
  const running = new Map<Promise<void>, Work>();
  const cutting = new AbortController();
  let succeeded = 0;

  async function runOne(work: Work): Promise<void> {
    try {
      if (await run(work, cutting.signal)) succeeded += 1;
    } catch (error) {
      onError(error, work);
    }
  }

  async function start(signal?: AbortSignal): Promise<number> {
    let started = 0;
    while (signal?.aborted !== true) {
      const leased = await lease([...running.values()]);
      if (leased.length === 0) break;
      for (const work of leased) {
        const ended = runOne(work).then(() => {
          running.delete(ended);
          onEnd?.();
        });
        running.set(ended, work);
      }
      started += leased.length;
    }
    return started;
  }

  const cut = () => cutting.abort();
  return {
    start,
    async drain() {
      const before = succeeded;
      try {
        for (;;) {
          const started = await start();
          if (running.size > 0) await Promise.race(running.keys());
          // Other work can be due after the work that has already ended, so the loop continues.
          else if (started === 0) return succeeded - before;
        }
      } finally {
        await Promise.all(running.keys());
      }
    },
    async settle(cutAfterMs) {
      const timer = cutAfterMs === undefined ? undefined : setTimeout(cut, cutAfterMs);
      await Promise.all(running.keys());
      clearTimeout(timer);
    },
    cut,
  };
}

/** Runs work until no work is due. Returns the number of works that succeeded. Throws the first error after all work has ended. */
export async function runDueWork<Work>(work: LeasedWork<Work>): Promise<number> {
  const errors: unknown[] = [];
  const succeeded = await openRunner(work, { onError: (error) => errors.push(error) }).drain();
  if (errors.length > 0) throw errors[0];
  return succeeded;
}

/** Starts due work every `intervalMs`, after each call of `kick`, and when other work has ended. `stop` waits like `settle`. */
export function startRunner<Work>(
  work: LeasedWork<Work>,
  { intervalMs, cutAfterMs, onError }: { intervalMs: number; cutAfterMs?: number; onError: OnError<Work> },
): Loop {
  const runner = openRunner(work, { onError, onEnd: () => loop.kick() });
  const loop = startLoop({
    async round(signal) {
      await runner.start(signal);
    },
    intervalMs,
    onError,
  });
  return {
    kick: loop.kick,
    async stop() {
      await loop.stop();
      await runner.settle(cutAfterMs);
    },
  };
}
