import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { DomainError } from "../../errors.ts";
import { createReserve } from "./reserve.ts";

/** Runs a transaction that fails once because the disk is full. Returns the recorded steps in order. */
async function freeSpace(options: { growthBytes: number; truncateWal?: () => Promise<void> }) {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-reserve-"));
  onTestFinished(() => rm(folder, { recursive: true }));
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
    if (steps.length === 1) throw new DomainError("storage_full", "The disk of the database is full");
    return "freed";
  });
  return { result, steps };
}

it("a transaction on a full disk first empties the log, and then runs again", async () => {
  expect(await freeSpace({ growthBytes: 0 })).toEqual({ result: "freed", steps: ["run", "truncate", "run"] });
});

it("a full disk keeps a log that does not fit, because a copy of the log would need the reserve", async () => {
  expect(await freeSpace({ growthBytes: Number.MAX_SAFE_INTEGER })).toEqual({ result: "freed", steps: ["run", "run"] });
});

it("a transaction on a full disk runs again even if the log cannot be emptied", async () => {
  const truncateWal = () => Promise.reject(new DomainError("storage_full", "The disk of the database is full"));
  expect(await freeSpace({ growthBytes: 0, truncateWal })).toMatchObject({ result: "freed" });
});
