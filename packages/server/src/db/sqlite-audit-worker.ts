import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { auditColumns } from "./audit.ts";
import { configureWriter } from "./sqlite-file.ts";

// The thread that writes URL events, so that waiting for the disk never stops the event loop. One message is one commit.
const BUSY_TIMEOUT_MS = 1_500;

const port = parentPort;
if (port === null) throw new Error("This module is the entry of a worker thread.");

const database = new DatabaseSync(workerData.file, { timeout: BUSY_TIMEOUT_MS });
configureWriter(database);
const insert = database.prepare(
  `insert into audit_events (${auditColumns.join(", ")}) values (${auditColumns.map(() => "?").join(", ")})`,
);

port.on("message", (rows: (string | number)[][]) => {
  try {
    database.exec("begin immediate");
    for (const row of rows) insert.run(...row);
    database.exec("commit");
    port.postMessage(undefined);
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    port.postMessage(error);
  }
});
