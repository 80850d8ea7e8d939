import { workerData } from "node:worker_threads";
import { openExisting } from "./file.ts";
import { answerRequests } from "./thread.ts";

// This worker thread copies the write-ahead log into the database, because the copy blocks its thread for 50 ms or more.

/**
 * The way in which a checkpoint copies the write-ahead log. `passive`: does not wait for readers or writers. `restart`: waits until no
 * reader needs the log, so that the next write starts at the beginning of the log.
 */
export type CheckpointRequest = "passive" | "restart";

/**
 * `log`: the number of pages in the write-ahead log. `checkpointed`: the number of copied pages. `busy`: 1 if readers or writers stopped
 * the checkpoint.
 */
export type CheckpointResult = { busy: number; log: number; checkpointed: number };

/** The time in milliseconds for which a checkpoint waits for readers. This time is short, because writes wait for the checkpoint. */
const PATIENCE_MS = 50;

const database = openExisting(workerData.file, { timeoutMs: PATIENCE_MS });

answerRequests<CheckpointRequest>({
  answer: (mode) => ({ ...database.prepare(`pragma wal_checkpoint(${mode})`).get() }),
  close: () => database.close(),
});
