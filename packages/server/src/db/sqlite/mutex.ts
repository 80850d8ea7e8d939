/** A lock within this process; those who wait get it in the order in which they came. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to the function that gives the lock back. */
  acquire(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    return before.then(() => resolve);
  }
}
