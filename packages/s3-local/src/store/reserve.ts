import { randomFillSync } from "node:crypto";
import { appendFileSync, rmSync, statSync } from "node:fs";

const RESERVE_BYTES = 4 * 1024 * 1024;
// Small steps fill all free space on the disk. Random bytes need their full size even on a disk that compresses files.
const STEP = randomFillSync(Buffer.allocUnsafe(64 * 1024));

const SQLITE_READ_ONLY = 8;
const SQLITE_IO_ERROR = 10;
const SQLITE_FULL = 13;

/** Returns whether an error of SQLite or of the file system means that the disk, or the user's quota on the disk, is full. */
export function isDiskFull(error: unknown): boolean {
  return hasCode(error, ["ENOSPC", "EDQUOT", SQLITE_FULL]);
}

/** Returns whether an error of SQLite or of the file system means that the disk is read-only or damaged. */
export function isDiskFault(error: unknown): boolean {
  return hasCode(error, ["EROFS", "EIO", SQLITE_READ_ONLY, SQLITE_IO_ERROR]);
}

function hasCode(error: unknown, codes: readonly unknown[]): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  // The low byte of an extended SQLite result code is the primary code.
  return codes.includes(code) || (typeof errcode === "number" && codes.includes(errcode & 0xff));
}

/** Makes a reserve file of 4 MiB. On a full disk, the bucket deletes this file first, because deletions need some space. */
export function createReserve(file: string) {
  function sizeBytes(): number {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Writes as much of the reserve file as fits on the disk. */
  function refill(): void {
    try {
      for (let size = sizeBytes(); size < RESERVE_BYTES; size += STEP.length)
        appendFileSync(file, STEP, { mode: 0o600 });
    } catch {
      // On a full disk, the reserve file stays incomplete until the next deletion of objects.
    }
  }

  refill();
  return {
    /** Runs a change that frees disk space. On a full disk, deletes the reserve file and runs the change again. */
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
