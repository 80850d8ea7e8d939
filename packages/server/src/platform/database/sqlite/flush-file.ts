import { fdatasync, openSync, statSync } from "node:fs";
import { promisify } from "node:util";

const flush = promisify(fdatasync);
/** The open handles, by device and file number. */
const handles = new Map<string, number>();

/**
 * Flushes the database file to the disk, without blocking a thread that uses SQLite. Rejects if the file is missing, because somebody may
 * have moved it away.
 *
 * The handle stays open until the process ends. On POSIX, when a process closes any handle of a file, the process loses all its locks on
 * this file. Another instance in this process may still need its locks.
 */
export async function flushFile(file: string): Promise<void> {
  const { dev, ino } = statSync(file, { bigint: true });
  const key = `${dev} ${ino}`;
  const handle = handles.get(key) ?? openSync(file, "r+");
  handles.set(key, handle);
  await flush(handle);
}
