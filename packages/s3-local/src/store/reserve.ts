import { randomFillSync } from "node:crypto";
import { appendFileSync, rmSync, statSync } from "node:fs";

const RESERVE_BYTES = 4 * 1024 * 1024;
// Small steps fill the space that is left. Random bytes take real space on a disk that compresses.
const STEP = randomFillSync(Buffer.allocUnsafe(64 * 1024));

const SQLITE_FULL = 13;

/** Whether an error of SQLite or of the file system means that the disk is full, or the quota of its user. */
export function isDiskFull(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" || (typeof errcode === "number" && (errcode & 0xff) === SQLITE_FULL);
}

/**
 * A file of 4 MiB that is deleted when a deletion finds the disk full, because a deletion needs space before it frees any.
 * Without it, a full disk could not be emptied.
 */
export function createReserve(file: string) {
  function sizeBytes(): number {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Writes the reserve as far as there is space. */
  function refill(): void {
    try {
      for (let size = sizeBytes(); size < RESERVE_BYTES; size += STEP.length)
        appendFileSync(file, STEP, { mode: 0o600 });
    } catch {
      // The disk is full. The next deletion tries again.
    }
  }

  refill();
  return {
    /** Runs a change that frees space. On a full disk, it runs it again without the reserve. */
    async spend<T>(change: () => Promise<T>): Promise<T> {
      try {
        return await change();
      } catch (error) {
        if (!isDiskFull(error) || sizeBytes() === 0) throw error;
        rmSync(file, { force: true });
        return await change();
      }
    },
    refill,
  };
}
