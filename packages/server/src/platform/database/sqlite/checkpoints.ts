import { fdatasync, openSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { workerModule } from "../../modules.ts";
import type { CheckpointRequest, CheckpointResult } from "./checkpoint-worker.ts";
import { SqliteThread } from "./thread.ts";
import { inTurn, type Mutex } from "./write-group.ts";

/** The number of uncopied pages in the log above which a checkpoint runs, about 94 MiB. */
const LONG_LOG_PAGES = 24_000;
const PAGE_BYTES = 4_096;
/** The minimum pause after a checkpoint that failed or copied too little. */
const PAUSE_MS = 2_000;
/** The first version of SQLite that has `wal_checkpoint(noop)`. Earlier versions have a bug in checkpoints that run during writes. */
const SAFE_VERSION = [3, 51, 3];

/** The caller must call `afterWrite` after each write of the process. */
type Checkpoints = {
  afterWrite(): void;
  close(): Promise<void>;
};

type Options = {
  file: string;
  writeLock: Mutex;
  /** Receives the error of a failed checkpoint. The log grows until a later checkpoint succeeds. */
  onFailure: (error: unknown) => void;
};

/**
 * Runs the checkpoints of the database on a separate thread, because a checkpoint blocks its thread for 50 ms or more. When the log is
 * long, the service runs three checkpoints. The first two checkpoints copy most of the log while writes continue. The second checkpoint
 * copies the pages that were written during the first. The third checkpoint copies the rest between two writes. After the third checkpoint,
 * the next write starts at the beginning of the log.
 *
 * While writes continue, SQLite does not flush the pages that a checkpoint has copied. The service therefore flushes the file after each of
 * the first two checkpoints. Without these flushes, the third checkpoint would flush all copied pages while all writes wait.
 */
export function createCheckpoints(writer: DatabaseSync, { file, writeLock, onFailure }: Options): Checkpoints {
  const module = workerModule("checkpoint-worker", import.meta.url);
  const refusal = "The log of the database can't be copied into it";
  const thread = new SqliteThread<CheckpointRequest, CheckpointResult>({ module, file, refusal });
  // Readers can make the log longer than the limit. When the next write starts at the beginning of the log, the log file shrinks to the
  // limit.
  writer.exec(`pragma journal_size_limit = ${LONG_LOG_PAGES * PAGE_BYTES}`);
  // In an older version of SQLite, the writer copies its own log, as file.ts configures.
  if (!hasCheckpointThread()) return { afterWrite: () => undefined, close: () => thread.close() };
  writer.exec("pragma wal_autocheckpoint = 0");
  const measure = writer.prepare("pragma wal_checkpoint(noop)");
  let running: Promise<void> | undefined;
  let pausesUntil = 0;

  async function run(): Promise<void> {
    try {
      if (performance.now() < pausesUntil || !isLong(measure.get() as CheckpointResult)) return;
      // If the log is still long, an old reader needs it. The last checkpoint would then block all writes and copy nothing.
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

/** Returns whether checkpoints run on a separate thread. With an older SQLite, commits on the main thread run the checkpoints. */
export function hasCheckpointThread(): boolean {
  return isSafe(process.versions.sqlite ?? "");
}

/** Returns whether a version of SQLite, such as "3.51.3", can run checkpoints during writes. */
function isSafe(version: string): boolean {
  const parts = version.split(".").map(Number);
  const index = SAFE_VERSION.findIndex((part, at) => part !== parts[at]);
  return index === -1 || (parts[index] ?? 0) > (SAFE_VERSION[index] ?? 0);
}

const flush = promisify(fdatasync);
/** The open file handles, by device and file number. */
const handles = new Map<string, number>();

/**
 * Flushes the database file to the disk without blocking a thread that uses SQLite. Rejects if the file does not exist, because a person
 * may have moved it away.
 *
 * The handle remains open until the process ends. On POSIX, a process that closes any handle of a file loses all its locks on the file, and
 * another database instance in the process may still need its locks.
 */
async function flushFile(file: string): Promise<void> {
  const { dev, ino } = statSync(file, { bigint: true });
  const key = `${dev} ${ino}`;
  const handle = handles.get(key) ?? openSync(file, "r+");
  handles.set(key, handle);
  await flush(handle);
}
