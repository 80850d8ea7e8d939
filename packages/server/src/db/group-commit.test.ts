import { describe, expect, it } from "vitest";
import { createGroupCommit } from "./group-commit.ts";

/** A write that ends when the test says so. */
function controlledCommit(maxBatchItems = 100) {
  const writes: (PromiseWithResolvers<void> & { items: number[] })[] = [];
  const started: (() => void)[] = [];
  const commit = createGroupCommit<number>({
    write(items) {
      const write = { ...Promise.withResolvers<void>(), items };
      writes.push(write);
      started.shift()?.();
      return write.promise;
    },
    maxBatchItems,
    closedError: () => new Error("closed"),
  });
  const nextWrite = () => new Promise<void>((resolve) => started.push(resolve));
  return { commit, writes, nextWrite };
}

describe("group commit", () => {
  it("writes what came in one turn together, and what came meanwhile together after it", async () => {
    const { commit, writes, nextWrite } = controlledCommit();
    const first = [commit.add(1), commit.add(2)];
    await nextWrite();
    expect(writes.map((write) => write.items)).toEqual([[1, 2]]);
    const second = [commit.add(3), commit.add(4), commit.add(5)];
    expect(writes).toHaveLength(1);
    const started = nextWrite();
    writes[0]?.resolve();
    await Promise.all(first);
    await started;
    expect(writes.map((write) => write.items)).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    writes[1]?.resolve();
    await Promise.all(second);
  });

  it("does not resolve before the write is done", async () => {
    const { commit, writes, nextWrite } = controlledCommit();
    let resolved = false;
    const added = commit.add(1).then(() => {
      resolved = true;
    });
    await nextWrite();
    await new Promise(setImmediate);
    expect(resolved).toBe(false);
    writes[0]?.resolve();
    await added;
    expect(resolved).toBe(true);
  });

  it("fails those in the failed write, and goes on with the next", async () => {
    const { commit, writes, nextWrite } = controlledCommit();
    const failing = commit.add(1);
    await nextWrite();
    const waiting = commit.add(2);
    const started = nextWrite();
    writes[0]?.reject(new Error("disk"));
    await expect(failing).rejects.toThrow("disk");
    await started;
    writes[1]?.resolve();
    await waiting;
    const later = commit.add(3);
    await nextWrite();
    writes[2]?.resolve();
    await later;
  });

  it("never writes more than the bound at once, and keeps the order", async () => {
    const { commit, writes } = controlledCommit(3);
    const added = Array.from({ length: 8 }, (_, i) => commit.add(i));
    void Promise.allSettled(added);
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => writes.length).toBe(i + 1);
      writes[i]?.resolve();
    }
    await Promise.all(added);
    expect(writes.map((write) => write.items)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
  });

  it("writes out what waits when closed, and takes no more", async () => {
    const { commit, writes, nextWrite } = controlledCommit();
    const added = commit.add(1);
    const closing = commit.close();
    await nextWrite();
    writes[0]?.resolve();
    await closing;
    await added;
    await expect(commit.add(2)).rejects.toThrow("closed");
    expect(writes).toHaveLength(1);
  });
});
