import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { inOrder } from "../../../platform/database/run-calls.ts";
import { openExisting, useMemory } from "../../../platform/database/sqlite/file.ts";
import { PreparedStatements } from "../../../platform/database/sqlite/statements.ts";
import { answerRequests, type Failure, toFailure } from "../../../platform/database/sqlite/thread.ts";
import type { StartedRecord, StartStatements, StartValues } from "../queries/start-statements.ts";
import { startRecords } from "./record-start.ts";

// The code of the worker thread that starts uploads. All starts of one request to the thread are one transaction, and share one flush of
// the disk. Each start has a savepoint, so that a failed start does not affect the other starts.

export type StartReply = { record: StartedRecord | undefined } | { failure: Failure };

// The timeout is short, because the caller retries a failed start.
const BUSY_TIMEOUT_MS = 20;

const database: DatabaseSync = openExisting(workerData.file, { timeoutMs: BUSY_TIMEOUT_MS });
// Another thread runs the checkpoints of the database.
database.exec("pragma wal_autocheckpoint = 0");
useMemory(database);
const prepared = new PreparedStatements(database);
const run = inOrder(async (statement, values) => prepared.rowsOf(statement, values as SQLInputValue[]));
const record = startRecords(workerData.statements as StartStatements, run);

answerRequests<StartValues[]>({
  async answer(starts) {
    database.exec("begin immediate");
    try {
      const replies: StartReply[] = [];
      for (const values of starts) replies.push(await startOne(values));
      database.exec("commit");
      return replies;
    } catch (error) {
      if (database.isTransaction) database.exec("rollback");
      throw error;
    }
  },
  close: () => database.close(),
});

async function startOne(values: StartValues): Promise<StartReply> {
  database.exec("savepoint member");
  try {
    const started = await record(values);
    database.exec("release member");
    return { record: started };
  } catch (error) {
    // After some errors, for example on a full disk, SQLite has rolled back the whole transaction.
    if (!database.isTransaction) throw error;
    database.exec("rollback to member; release member");
    return { failure: toFailure(error) };
  }
}
