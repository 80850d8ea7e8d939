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
    waiting.push(work);
    if (waiting.length === 1) setImmediate(runNext);
  };
}
