import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { workerData } from "node:worker_threads";
import type { CompiledQuery } from "kysely";
import { INTERRUPT } from "./file.ts";
import { answerRequests } from "./thread.ts";

// This worker thread searches notes. On the main thread, a search would block the event loop, because it reads all texts of a person.

/** A query that only reads, with its time limit in milliseconds. */
export type SearchRequest = Pick<CompiledQuery, "sql" | "parameters"> & { limitMs: number };

// The time in milliseconds that a reader waits for a writer. A reader must wait only while a writer recovers the file or resets the log.
const BUSY_TIMEOUT_MS = 2_000;

const database = new DatabaseSync(workerData.file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
let deadline = 0;

// Each query calls `in_time` for each note, and `in_time` fails after the time limit. node:sqlite cannot interrupt a query, and a thread
// cannot end during a query.
database.function("in_time", (_noteId) => {
  if (performance.now() > deadline) throw Object.assign(new Error("The search took too long."), { errcode: INTERRUPT });
  return 1;
});

answerRequests<SearchRequest>({
  answer({ sql, parameters, limitMs }) {
    deadline = performance.now() + limitMs;
    return database.prepare(sql).all(...(parameters as SQLInputValue[]));
  },
  close: () => database.close(),
});
