import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { configureWriter } from "./file.ts";
import { answerRequests } from "./thread.ts";

// The worker thread that copies the write-ahead log into the database. It is a separate thread, because a copy takes 50 ms and more.

/** A request to copy as much of the log as readers and writers permit at the moment. */
export type CheckpointRequest = "checkpoint";

const database = new DatabaseSync(workerData.file);
configureWriter(database, { where: "workerThread" });

answerRequests<CheckpointRequest>({
  answer() {
    database.exec("pragma wal_checkpoint(passive)");
    return true;
  },
  close: () => database.close(),
});
