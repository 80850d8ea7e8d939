import { randomFillSync } from "node:crypto";
import { appendFileSync, rmSync, statSync } from "node:fs";
import { DomainError } from "../../domain/errors.ts";

const RESERVE_BYTES = 4 * 2 ** 20;
// The file is written in small steps, so that a nearly full disk still stores a part of it. Random bytes take real space even on a disk
// that compresses.
const STEP = randomFillSync(Buffer.allocUnsafe(64 * 1024));

/**
 * Stores a file of 4 MiB beside the database. Even a transaction that frees space needs some space first, and can fail on a full disk.
 * In that case, the file is deleted, and the transaction runs again.
 */
export function createReserve(
  file: string,
  { truncateWal }: { truncateWal: () => Promise<unknown> },
): <T>(run: () => Promise<T>) => Promise<T> {
  const reserve = `${file}-reserve`;

  function sizeBytes(): number {
    return statSync(reserve, { throwIfNoEntry: false })?.size ?? 0;
  }

  function refill(): void {
    try {
      for (let size = sizeBytes(); size < RESERVE_BYTES; size += STEP.length) {
        appendFileSync(reserve, STEP, { mode: 0o600 });
      }
    } catch {
      // The disk is full, so there is no reserve now. The next transaction that frees space tries again.
    }
  }

  refill();
  return async (run) => {
    try {
      return await run();
    } catch (error) {
      const isFull = error instanceof DomainError && error.code === "storage_full";
      if (!isFull || sizeBytes() === 0) throw error;
      rmSync(reserve, { force: true });
      // Empties the write-ahead log. Usually this happens only when the log is long (file.ts), which may be too late on a small disk.
      await truncateWal();
      return await run();
    } finally {
      refill();
    }
  };
}
