import { AsyncLocalStorage } from "node:async_hooks";

/** Runs work that takes milliseconds, one in each turn of the event loop. */
export type LoopTurns = (work: () => void) => void;

/** Makes turns. Without them, the works of many clients run one after the other before any other request is read. */
export function createLoopTurns(): LoopTurns {
  const waiting: (() => void)[] = [];
  function runNext(): void {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(runNext);
  }
  return (work) => {
    // Otherwise the work of one request would run in the context of another, and appear in its trace.
    waiting.push(AsyncLocalStorage.bind(work));
    if (waiting.length === 1) setImmediate(runNext);
  };
}
