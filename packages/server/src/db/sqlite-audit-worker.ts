import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { AuditFailure, AuditRequest } from "./sqlite-audit-thread.ts";
import { configureWriter } from "./sqlite-file.ts";
import { UrlJournal } from "./sqlite-url-journal.ts";
import { urlJournalFile } from "./sqlite-url-journal-file.ts";

// The thread that writes URL events, so that waiting for the disk never stops the event loop. It answers one request at a time: an
// append with the number of events that wait to be filed, a filing with how many steps of its round are left, and either with an error.

// Short, because it is asked again while the caller has patience.
const BUSY_TIMEOUT_MS = 100;
// About 2 ms of work: no URL waits longer than that for filing.
const FILE_AT_ONCE = 250;

const port = parentPort;
if (port === null) throw new Error("This module is the entry of a worker thread.");

const files = { database: open(workerData.file), journal: open(urlJournalFile(workerData.file)) };
let journal: UrlJournal | undefined;

port.on("message", (request: AuditRequest) => {
  if (request === "close") {
    files.database.close();
    files.journal.close();
    port.close();
    return;
  }
  try {
    port.postMessage(answer(request));
  } catch (error) {
    // Passing an error between threads drops what SQLite says beside the message.
    const { message, errcode } = error as { message: string; errcode?: number };
    port.postMessage({ message, errcode } satisfies AuditFailure);
  }
});

function answer(request: Exclude<AuditRequest, "close">): number {
  journal ??= new UrlJournal(files);
  if (request === "file") return journal.fileSome(FILE_AT_ONCE);
  journal.append(request);
  return journal.gathered;
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  configureWriter(database, { where: "auditThread" });
  return database;
}
