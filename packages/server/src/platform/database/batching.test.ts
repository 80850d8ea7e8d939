import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createBatching } from "./batching.ts";

/** Creates a queue of batches. The test decides when each batch ends. */
function controlledBatching({ maxBatchItems = 100, maxRunning = 1 } = {}) {
  const runs: (PromiseWithResolvers<void> & { items: number[] })[] = [];
  const started: (() => void)[] = [];
  const batching = createBatching<number, void>({
    run(items) {
      const run = { ...Promise.withResolvers<void>(), items };
      runs.push(run);
      started.shift()?.();
      return run.promise;
    },
    maxBatchItems,
    maxRunning,
    closedError: () => new Error("closed"),
  });
  const nextRun = () => new Promise<void>((resolve) => started.push(resolve));
  return { batching, runs, nextRun };
}

describe("a queue of batches", () => {
  it("a queue puts all items of one turn of the event loop into one batch", async () => {
    const { batching, runs, nextRun } = controlledBatching();
    const first = [batching.add(1), batching.add(2)];
    await nextRun();
    expect(runs.map((run) => run.items)).toEqual([[1, 2]]);
    const second = [batching.add(3), batching.add(4), batching.add(5)];
    expect(runs).toHaveLength(1);
    const started = nextRun();
    runs[0]?.resolve();
    await Promise.all(first);
    await started;
    expect(runs.map((run) => run.items)).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    runs[1]?.resolve();
    await Promise.all(second);
  });

  it("a queue resolves the promise of an item only after the batch of the item has run", async () => {
    const { batching, runs, nextRun } = controlledBatching();
    let resolved = false;
    const added = batching.add(1).then(() => {
      resolved = true;
    });
    await nextRun();
    await new Promise(setImmediate);
    expect(resolved).toBe(false);
    runs[0]?.resolve();
    await added;
    expect(resolved).toBe(true);
  });

  it("a failed batch of a queue rejects only its own items", async () => {
    const { batching, runs, nextRun } = controlledBatching();
    const failing = batching.add(1);
    await nextRun();
    const waiting = batching.add(2);
    const started = nextRun();
    runs[0]?.reject(new Error("disk"));
    await expect(failing).rejects.toThrow("disk");
    await started;
    runs[1]?.resolve();
    await waiting;
    const later = batching.add(3);
    await nextRun();
    runs[2]?.resolve();
    await later;
  });

  it("a failed batch of a queue also rejects batches that have waited over a second", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { batching, runs, nextRun } = controlledBatching();
    const running = batching.add(1);
    await nextRun();
    const old = batching.add(2);
    vi.advanceTimersByTime(1_001);
    // The young item does not join the old batch, although the old batch has space.
    const young = batching.add(3);
    const started = nextRun();
    runs[0]?.reject(new Error("timeout"));
    for (const failed of [running, old]) await expect(failed).rejects.toThrow("timeout");
    await started;
    expect(runs.map((run) => run.items)).toEqual([[1], [3]]);
    runs[1]?.resolve();
    await young;
  });

  it("a queue of batches keeps the order of its items and its maximum batch size", async () => {
    const { batching, runs } = controlledBatching({ maxBatchItems: 3 });
    const added = Array.from({ length: 8 }, (_, i) => batching.add(i));
    void Promise.allSettled(added);
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => runs.length).toBe(i + 1);
      runs[i]?.resolve();
    }
    await Promise.all(added);
    expect(runs.map((run) => run.items)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
  });

  it("a closed queue of batches still runs the waiting items", async () => {
    const { batching, runs, nextRun } = controlledBatching();
    const added = batching.add(1);
    const closing = batching.close();
    await nextRun();
    runs[0]?.resolve();
    await closing;
    await added;
    await expect(batching.add(2)).rejects.toThrow("closed");
    expect(runs).toHaveLength(1);
  });

  it("a queue runs several batches in parallel, up to its limit", async () => {
    const { batching, runs, nextRun } = controlledBatching({ maxRunning: 2 });
    const added = [batching.add(1)];
    await nextRun();
    added.push(batching.add(2));
    await nextRun();
    added.push(batching.add(3));
    await new Promise(setImmediate);
    expect(runs.map((run) => run.items)).toEqual([[1], [2]]);
    const third = nextRun();
    runs[1]?.resolve();
    await third;
    runs[0]?.resolve();
    runs[2]?.resolve();
    await Promise.all(added);
  });
});
