import { randomFillSync } from "node:crypto";
import { appendFileSync, rmSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DomainError } from "../../errors.ts";

const RESERVE_BYTES = 4 * 2 ** 20;
// The reserve file is written in small steps, so that a part of it fits even on a nearly full disk. The bytes of the file are random,
// because a disk with compression would store other bytes in less space.
const STEP = randomFillSync(Buffer.allocUnsafe(64 * 1024));

type Options = {
  truncateWal: () => Promise<unknown>;
  /** Returns the number of bytes by which the database file grows when SQLite copies the whole log into it. */
  growthBytes: () => number;
};

/**
 * Creates a reserve file of 4 MiB beside the database. On a full disk, even a transaction that frees space can fail, because it first needs
 * some space. After such a failure, the service deletes the reserve file, and runs the transaction again.
 */
export function createReserve(
  file: string,
  { truncateWal, growthBytes }: Options,
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
      // The disk is full, so there is no reserve now. The next transaction that frees space tries to write the reserve again.
    }
  }

  function freeBytes(): number {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  }

  async function freeReserve(): Promise<void> {
    rmSync(reserve, { force: true });
    // Usually, only a long write-ahead log is copied and emptied (checkpoints.ts). On a small disk, a long log may be too late, so the log
    // is copied and emptied now. If the copy of the log does not fit on the disk, it is skipped, because it would use up the space for the
    // transaction.
    if (growthBytes() < freeBytes()) await truncateWal().catch(() => undefined);
  }

  // The number of transactions that use the space of the deleted reserve. While this number is not 0, no transaction writes the reserve
  // again, and a transaction that finds no reserve may use the space too.
  let spending = 0;
  refill();
  return async (run) => {
    try {
      return await run();
    } catch (error) {
      if (!isFull(error) || (sizeBytes() === 0 && spending === 0)) throw error;
      spending += 1;
      return await freeReserve()
        .then(run)
        .finally(() => {
          spending -= 1;
        });
    } finally {
      if (spending === 0) refill();
    }
  };
}

function isFull(error: unknown): boolean {
  return error instanceof DomainError && error.code === "storage_full";
}
