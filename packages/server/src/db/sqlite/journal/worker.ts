import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import type { AuditValues } from "../../queries/audit.ts";
import { configureWriter } from "../file.ts";
import { answerRequests } from "../thread.ts";
import { urlJournalFile } from "./file.ts";
import { UrlJournal } from "./journal.ts";

// The thread that writes URL events, so that waiting for the disk never stops the event loop. It answers an append with the number of
// events that wait to be filed, and a filing with how many steps of its round are left.

/** What it is asked to do: make events durable, or file some of the journal. */
export type AuditRequest = AuditValues[] | "file";

// Short, because it is asked again while the caller has patience.
const BUSY_TIMEOUT_MS = 100;
// About 2 ms of work: no URL waits longer than that for filing.
const FILE_AT_ONCE = 250;

const files = { database: open(workerData.file), journal: open(urlJournalFile(workerData.file)) };
let journal: UrlJournal | undefined;

answerRequests<AuditRequest>({
  answer(request) {
    journal ??= new UrlJournal(files);
    if (request === "file") return journal.fileSome(FILE_AT_ONCE);
    journal.append(request);
    return journal.gathered;
  },
  close() {
    files.database.close();
    files.journal.close();
  },
});

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  configureWriter(database, { where: "auditThread" });
  return database;
}
