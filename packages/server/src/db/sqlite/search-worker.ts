import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { workerData } from "node:worker_threads";
import type { CompiledQuery } from "kysely";
import { answerRequests } from "./thread.ts";

// The thread that searches notes: all texts of a person are read for that, and the event loop would wait for as long.

/** What it is asked: a query that reads. */
export type SearchRequest = Pick<CompiledQuery, "sql" | "parameters">;

// Reading waits for a writer at the moment only in which that one recovers the file or clears its log.
const BUSY_TIMEOUT_MS = 2_000;

const database = new DatabaseSync(workerData.file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });

answerRequests<SearchRequest>({
  answer: ({ sql, parameters }) => database.prepare(sql).all(...(parameters as SQLInputValue[])),
  close: () => database.close(),
});
