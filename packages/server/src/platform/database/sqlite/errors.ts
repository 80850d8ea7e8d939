import { DomainError } from "../../errors.ts";

const BUSY = 5;
const LOCKED = 6;
const FULL = 13;
const READ_ONLY = 8;
/** The disk refused a read or a write. SQLite also returns this code when the disk became read-only while the file was open. */
const IO_ERROR = 10;
/** The error code of a query that was stopped before its end. */
export const INTERRUPT = 9;
// The codes for faults of the file: busy, locked, read-only, I/O error, corrupt, full, cannot open, protocol, not a database.
const FILE_FAULTS = new Set([BUSY, LOCKED, READ_ONLY, IO_ERROR, 11, FULL, 14, 15, 26]);

/** Turns faults of the file into `storage_full` or `database_unavailable`. Returns other errors as they are. */
export function toSqliteDomainError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const isClosed = (error as { code?: unknown }).code === "ERR_INVALID_STATE";
  if (!isClosed && !FILE_FAULTS.has(primaryCode(error))) return error;
  return fileFault(error, "The database can't be reached");
}

const NOT_WRITABLE =
  "The database can't be written. Check its disk, mount it for writing, and let the service write there.";

/** Returns the domain error for a fault of the file. `message` describes faults that are not faults of the disk. */
export function fileFault(cause: unknown, message: string): DomainError {
  const code = primaryCode(cause);
  if (code === FULL) return new DomainError("storage_full", "The disk of the database is full", { cause });
  const isNotWritable = code === READ_ONLY || code === IO_ERROR;
  return new DomainError("database_unavailable", isNotWritable ? NOT_WRITABLE : message, { cause });
}

/** Whether another connection is writing. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY || primaryCode(error) === LOCKED;
}

function primaryCode(error: unknown): number {
  const { errcode } = error as { errcode?: unknown };
  // The low byte of an extended result code is its primary code.
  return typeof errcode === "number" ? errcode & 0xff : 0;
}
