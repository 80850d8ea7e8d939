/** The steps when the service stops: it drains, then it closes, and at last it cuts the connections that are still open. */
export type Shutdown = {
  /** Aborts when the service drains. */
  draining: AbortSignal;
  drain(): void;
  /** Aborts when the connections that are still open must be cut. */
  cut: AbortSignal;
  /** Aborts `cut` after this many milliseconds. */
  cutAfter(withinMs: number): void;
  /** Returns the milliseconds until `cut` aborts. */
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
