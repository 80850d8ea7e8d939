import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { DomainError } from "../../errors.ts";
import { createReserve } from "./reserve.ts";

const fullDisk = () => new DomainError("storage_full", "The disk of the database is full");

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-reserve-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Runs a transaction that fails once because the disk is full. Returns the recorded steps in order. */
async function freeSpace(options: { growthBytes: number; truncateWal?: () => Promise<void> }) {
  const folder = await makeFolder();
  const steps: string[] = [];
  const spend = createReserve(join(folder, "a.db"), {
    growthBytes: () => options.growthBytes,
    async truncateWal() {
      steps.push("truncate");
      await options.truncateWal?.();
    },
  });
  const result = await spend(async () => {
    steps.push("run");
    if (steps.length === 1) throw fullDisk();
    return "freed";
  });
  return { result, steps };
}

it("on a full disk, SQLite truncates the write-ahead log before a retry", async () => {
  expect(await freeSpace({ growthBytes: 0 })).toEqual({ result: "freed", steps: ["run", "truncate", "run"] });
});

it("on a full disk, SQLite keeps a write-ahead log that would use up the reserve", async () => {
  expect(await freeSpace({ growthBytes: Number.MAX_SAFE_INTEGER })).toEqual({ result: "freed", steps: ["run", "run"] });
});

it("on a full disk, a transaction runs again even if the log cannot be truncated", async () => {
  const truncateWal = () => Promise.reject(fullDisk());
  expect(await freeSpace({ growthBytes: 0, truncateWal })).toMatchObject({ result: "freed" });
});

it("on a full disk, all failed transactions run again before the reserve is restored", async () => {
  const file = join(await makeFolder(), "a.db");
  const spend = createReserve(file, { growthBytes: () => 0, truncateWal: async () => undefined });
  const hasReserve = () => existsSync(`${file}-reserve`);
  const last = Promise.withResolvers<void>();
  let runs = 0;
  const first = spend(async () => {
    if (++runs === 1) throw fullDisk();
    await last.promise;
    return hasReserve();
  });
  await expect.poll(() => runs).toBe(2);
  let secondRuns = 0;
  const second = spend(async () => {
    if (++secondRuns === 1) throw fullDisk();
    return "freed";
  });
  expect(await second).toBe("freed");
  await spend(async () => undefined);
  last.resolve();
  expect(await first).toBe(false);
  expect(hasReserve()).toBe(true);
});
