import type { DatabaseSync } from "node:sqlite";
import type { CheckpointRequest } from "./checkpoint-worker.ts";
import { inTurn, type Mutex } from "./mutex.ts";
import { SqliteThread, workerModule } from "./thread.ts";

/** A checkpoint runs when more pages of the log than this are not copied yet. This many pages have 96 MiB. */
const LONG_LOG_PAGES = 24_000;

/** `afterWrite` must be called after each write of the process. */
export type Checkpoints = { afterWrite(): void; close(): Promise<void> };

/**
 * Runs the checkpoints of the database on a separate thread, because a checkpoint blocks its thread for 50 ms and more. The first
 * checkpoint copies most of the log while writes continue. The second checkpoint copies the rest between two writes. Then the next write
 * starts at the beginning of the log.
 */
export function createCheckpoints(
  writer: DatabaseSync,
  { file, writeLock }: { file: string; writeLock: Mutex },
): Checkpoints {
  const module = workerModule("checkpoint-worker", import.meta.url);
  const refusal = "The log of the database can't be copied into it";
  const thread = new SqliteThread<CheckpointRequest, boolean>({ module, file, refusal });
  writer.exec("pragma wal_autocheckpoint = 0");
  const measure = writer.prepare("pragma wal_checkpoint(noop)");
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    try {
      const { log, checkpointed } = measure.get() as { log: number; checkpointed: number };
      if (log - checkpointed <= LONG_LOG_PAGES) return;
      await thread.request("checkpoint");
      await inTurn(writeLock, () => thread.request("checkpoint"));
    } catch {
      // The checkpoint failed, and the log stays long. So the next write tries again.
    } finally {
      isRunning = false;
    }
  }

  return {
    afterWrite() {
      if (!isRunning) void run();
    },
    close: () => thread.close(),
  };
}
