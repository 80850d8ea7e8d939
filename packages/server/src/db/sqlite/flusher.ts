import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";

const flushFile = promisify(fdatasync);

/** Flushes the database file to the disk, without blocking a thread that uses SQLite. */
export type Flusher = {
  flush(): Promise<void>;
  /**
   * Call it after the last connection to the file is closed. On POSIX, when a process closes any handle of a file, the process loses all
   * its locks on this file.
   */
  close(): void;
};

/** Opens the file at the first flush. Rejects if the file is missing, because somebody may have moved it away. */
export function createFlusher(file: string): Flusher {
  let handle: number | undefined;
  return {
    async flush() {
      handle ??= openSync(file, "r+");
      await flushFile(handle);
    },
    close() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}
