/** A mutex is a lock within the process. Callers get the lock in the order of their calls. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to the function that releases the lock. */
  acquire(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    return before.then(() => resolve);
  }
}

/** Runs the function `work` while the mutex holds the lock. */
export async function inTurn<T>(lock: Mutex, work: () => Promise<T>): Promise<T> {
  const unlock = await lock.acquire();
  // The call is inside `try`, because `work` can also throw before `work` returns a promise.
  try {
    return await work();
  } finally {
    unlock();
  }
}
