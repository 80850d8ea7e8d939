import { fdatasync, openSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import type { CheckpointRequest, CheckpointResult } from "./checkpoint-worker.ts";
import { inTurn, type Mutex } from "./mutex.ts";
import { SqliteThread, workerModule } from "./thread.ts";

/** A checkpoint runs when more than this number of pages in the log are not copied yet. A log of this length has about 94 MiB. */
const LONG_LOG_PAGES = 24_000;
const PAGE_BYTES = 4_096;
/** If a checkpoint failed or copied too little, the next checkpoint waits at least this long. Milliseconds. */
const PAUSE_MS = 2_000;
/**
 * The first version of SQLite that has `wal_checkpoint(noop)`. Earlier versions also have a bug in checkpoints that run at the same time as
 * writes.
 */
const SAFE_VERSION = [3, 51, 3];

/** `afterWrite` must be called after each write of the process. */
type Checkpoints = {
  afterWrite(): void;
  close(): Promise<void>;
};

type Options = {
  file: string;
  writeLock: Mutex;
  /** Called with the error of a checkpoint that failed. The log grows until a later checkpoint works. */
  onFailure: (error: unknown) => void;
};

/**
 * Runs the checkpoints of the database on a separate thread, because a checkpoint blocks its thread for 50 ms or more. When the log is
 * long, the service runs three checkpoints. The first two copy most of the log while writes continue: the second checkpoint copies the
 * pages that were written during the first one. The third checkpoint copies the rest between two writes. The next write starts at the
 * beginning of the log.
 *
 * While writes continue, SQLite does not flush the pages that a checkpoint has copied. The service flushes the file after the first two
 * checkpoints. Without this flush, the third checkpoint would flush all these pages, and all writes would wait.
 */
export function createCheckpoints(writer: DatabaseSync, { file, writeLock, onFailure }: Options): Checkpoints {
  const module = workerModule("checkpoint-worker", import.meta.url);
  const refusal = "The log of the database can't be copied into it";
  const thread = new SqliteThread<CheckpointRequest, CheckpointResult>({ module, file, refusal });
  // Readers can make the log longer than this size. When the next write starts at the beginning of the log, the file of the log shrinks to
  // this size.
  writer.exec(`pragma journal_size_limit = ${LONG_LOG_PAGES * PAGE_BYTES}`);
  // In an older version of SQLite, the writer itself copies its log, as file.ts configures.
  if (!hasCheckpointThread()) {
    return { afterWrite: () => undefined, close: () => thread.close() };
  }
  writer.exec("pragma wal_autocheckpoint = 0");
  const measure = writer.prepare("pragma wal_checkpoint(noop)");
  let running: Promise<void> | undefined;
  let pausesUntil = 0;

  async function run(): Promise<void> {
    try {
      if (performance.now() < pausesUntil || !isLong(measure.get() as CheckpointResult)) return;
      // If the log is still long, a reader that started long ago needs it. In that case, the last checkpoint would block all writes and
      // copy nothing.
      if (isLong(await thread.request("passive"))) {
        pause();
        return;
      }
      await flushFile(file);
      await thread.request("passive");
      await flushFile(file);
      await inTurn(writeLock, () => thread.request("restart"));
    } catch (error) {
      pause();
      onFailure(error);
    }
  }

  function pause(): void {
    pausesUntil = performance.now() + PAUSE_MS;
  }
  return {
    afterWrite() {
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    async close() {
      await running;
      await thread.close();
    },
  };
}

function isLong({ log, checkpointed }: CheckpointResult): boolean {
  return log - checkpointed > LONG_LOG_PAGES;
}

/** Whether checkpoints run on their own thread. With an older SQLite, each commit of the main thread runs them if they are due. */
export function hasCheckpointThread(): boolean {
  return isSafe(process.versions.sqlite ?? "");
}

/** Whether this version of SQLite, such as "3.51.3", can run checkpoints at the same time as writes. */
function isSafe(version: string): boolean {
  const parts = version.split(".").map(Number);
  const index = SAFE_VERSION.findIndex((part, at) => part !== parts[at]);
  return index === -1 || (parts[index] ?? 0) > (SAFE_VERSION[index] ?? 0);
}

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
async function flushFile(file: string): Promise<void> {
  const { dev, ino } = statSync(file, { bigint: true });
  const key = `${dev} ${ino}`;
  const handle = handles.get(key) ?? openSync(file, "r+");
  handles.set(key, handle);
  await flush(handle);
}
