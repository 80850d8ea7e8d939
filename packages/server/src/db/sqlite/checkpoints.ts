import type { DatabaseSync } from "node:sqlite";

/** The part of the log that a checkpoint has not copied yet: above 96 MiB, a checkpoint runs. */
const LONG_LOG_PAGES = 24_000;

/**
 * Moves the checkpoints of a connection to another thread, because a checkpoint blocks its thread for 100 ms or more.
 * `checkpoint` runs a checkpoint on that thread. Returns a function to call after each write.
 */
export function delegateCheckpoints(
  database: DatabaseSync,
  { checkpoint }: { checkpoint: () => Promise<void> },
): () => void {
  database.exec("pragma wal_autocheckpoint = 0");
  const measure = database.prepare("pragma wal_checkpoint(noop)");
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    try {
      const { log, checkpointed } = measure.get() as { log: number; checkpointed: number };
      if (log - checkpointed > LONG_LOG_PAGES) await checkpoint();
    } catch {
      // The log stays long, so the next write tries again.
    } finally {
      isRunning = false;
    }
  }

  return () => {
    if (!isRunning) void run();
  };
}
