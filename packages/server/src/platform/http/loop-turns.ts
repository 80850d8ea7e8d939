import { AsyncLocalStorage } from "node:async_hooks";

/** Runs work that takes milliseconds. Only one piece of such work runs in each turn of the event loop. */
export type LoopTurns = (work: () => void) => void;

/**
 * Creates a queue for work that takes milliseconds. Without this queue, other requests would have to wait until the work of many clients is
 * done.
 */
export function createLoopTurns(): LoopTurns {
  const waiting: (() => void)[] = [];
  function runNext(): void {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(runNext);
  }
  return (work) => {
    // Without this binding, the work of a request would run in the context of another request, and appear in the wrong trace.
    waiting.push(AsyncLocalStorage.bind(work));
    if (waiting.length === 1) setImmediate(runNext);
  };
}
