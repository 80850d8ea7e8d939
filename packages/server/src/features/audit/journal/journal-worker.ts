import type { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { openExisting, urlJournalFile } from "../../../platform/database/sqlite/file.ts";
import { answerRequests } from "../../../platform/database/sqlite/thread.ts";
import type { AuditValues } from "../audit-event.ts";
import { UrlJournal } from "./journal.ts";

// The worker thread that writes URL events. It waits for the disk, so that the event loop of the service does not wait.

/**
 * A request to the worker thread of the URL journal. A list of events: the thread appends the events, and returns the number of events in
 * the journal. `move`: the thread moves some events to the database, and returns the number of remaining steps. `probe`: the thread writes
 * one row, to detect a full disk.
 */
export type AuditRequest = AuditValues[] | "move" | "probe";

// The timeout is short, because the caller retries a failed request.
const BUSY_TIMEOUT_MS = 100;
// New events wait during a step, so a step moves only twice as many events as the last append has added. This is still faster than new
// events arrive. A step moves at least 80 events, because each step flushes the disk.
const LEAST_MOVED = 80;

const files = { database: open(workerData.file), journal: open(urlJournalFile(workerData.file)) };
// Another thread runs the checkpoints of the database. This thread runs only the checkpoints of the journal.
files.database.exec("pragma wal_autocheckpoint = 0");
let journal: UrlJournal | undefined;
let lastAppended = 0;

answerRequests<AuditRequest>({
  answer(request) {
    journal ??= new UrlJournal(files);
    if (request === "move") return journal.moveSome(Math.max(LEAST_MOVED, 2 * lastAppended));
    if (request === "probe") journal.probe();
    else {
      journal.append(request);
      lastAppended = request.length;
    }
    return journal.gathered;
  },
  close() {
    files.database.close();
    files.journal.close();
  },
});

function open(file: string): DatabaseSync {
  return openExisting(file, { timeoutMs: BUSY_TIMEOUT_MS });
}
