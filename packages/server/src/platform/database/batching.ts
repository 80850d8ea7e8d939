export type Batching<T, R> = {
  /** Resolves or rejects with the outcome of the item's batch. */
  add(item: T): Promise<R>;
  /** Refuses new items, and resolves when all batches have ended. */
  close(): Promise<void>;
};

type Batch<T, R> = PromiseWithResolvers<R> & { items: T[]; since: number };

const MAX_WAIT_MS = 1_000;

function isOld({ since }: { since: number }): boolean {
  return performance.now() - since > MAX_WAIT_MS;
}

/**
 * Gathers items into batches, and runs the batches. A new batch starts at the end of the current turn of the event loop. If `maxRunning`
 * batches already run, the new batch waits until a running batch ends. All items of a batch share one promise. If a batch fails, the next
 * batch still runs. But a batch that has already waited for more than a second fails too, so the waits do not become longer and longer
 * while a database hangs.
 */
export function createBatching<T, R>(options: {
  run: (items: T[]) => Promise<R>;
  maxBatchItems: number;
  maxRunning: number;
  closedError: () => Error;
}): Batching<T, R> {
  const waiting: Batch<T, R>[] = [];
  let running = 0;
  let scheduled = false;
  let closed: PromiseWithResolvers<void> | undefined;

  function schedule(): void {
    if (scheduled || running >= options.maxRunning) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      start();
    });
  }

  function start(): void {
    while (running < options.maxRunning) {
      const batch = waiting.shift();
      if (batch === undefined) break;
      running += 1;
      options
        .run(batch.items)
        .then(batch.resolve, (error) => {
          batch.reject(error);
          rejectOld(error);
        })
        .finally(ended);
    }
  }

  function rejectOld(error: unknown): void {
    for (const batch of waiting.splice(0, waiting.filter(isOld).length)) batch.reject(error);
  }

  function ended(): void {
    running -= 1;
    start();
    if (running === 0) closed?.resolve();
  }

  return {
    add(item) {
      if (closed !== undefined) return Promise.reject(options.closedError());
      let batch = waiting.at(-1);
      if (batch === undefined || batch.items.length >= options.maxBatchItems || isOld(batch)) {
        batch = { ...Promise.withResolvers<R>(), items: [], since: performance.now() };
        waiting.push(batch);
      }
      batch.items.push(item);
      schedule();
      return batch.promise;
    },
    close() {
      closed ??= Promise.withResolvers<void>();
      if (running === 0 && waiting.length === 0) closed.resolve();
      return closed.promise;
    },
  };
}
