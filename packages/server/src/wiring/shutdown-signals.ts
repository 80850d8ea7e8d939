/** The steps of a stop: drain, then close, and then cut the connections that are still open. */
export type Shutdown = {
  /** Aborted when the service drains. */
  draining: AbortSignal;
  drain(): void;
  /** Aborted when open connections must be cut. */
  cut: AbortSignal;
  /** Cuts open connections after this many milliseconds. */
  cutAfter(withinMs: number): void;
  /** Returns the milliseconds until the cut. */
  leftMs(): number;
};

export function createShutdown(): Shutdown {
  const draining = new AbortController();
  const cut = new AbortController();
  let cutAt = performance.now();
  return {
    draining: draining.signal,
    drain: () => draining.abort(),
    cut: cut.signal,
    cutAfter(withinMs) {
      cutAt = performance.now() + withinMs;
      setTimeout(() => cut.abort(), withinMs).unref();
    },
    leftMs: () => Math.max(0, cutAt - performance.now()),
  };
}
