/** Writes items durably, many at a time. */
export type GroupCommit<T> = {
  /** Resolves when the item is durable; rejects with what `write` rejected with. */
  add(item: T): Promise<void>;
  /** Writes out what is waiting, and takes no more. */
  close(): Promise<void>;
};

type Batch<T> = PromiseWithResolvers<void> & { items: T[] };

/**
 * Gathers items while a write is under way, and writes them together when it is done; when idle, at the end of the event loop's turn.
 * One write at a time; one promise a batch. After a failed write, those who were in it are told, and the next batch is tried.
 */
export function createGroupCommit<T>(options: {
  write: (items: T[]) => Promise<void>;
  maxBatchItems: number;
  closedError: () => Error;
}): GroupCommit<T> {
  const waiting: Batch<T>[] = [];
  let draining: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    await new Promise(setImmediate);
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      await options.write(batch.items).then(batch.resolve, batch.reject);
    }
    draining = undefined;
  }

  return {
    add(item) {
      if (closed) return Promise.reject(options.closedError());
      let batch = waiting.at(-1);
      if (batch === undefined || batch.items.length >= options.maxBatchItems) {
        batch = { ...Promise.withResolvers<void>(), items: [] };
        waiting.push(batch);
      }
      batch.items.push(item);
      draining ??= drain();
      return batch.promise;
    },
    async close() {
      closed = true;
      await draining;
    },
  };
}
