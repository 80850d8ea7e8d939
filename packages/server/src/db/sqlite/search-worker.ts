import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { workerData } from "node:worker_threads";
import type { CompiledQuery } from "kysely";
import { answerRequests } from "./thread.ts";

// The worker thread that searches notes. A search reads all texts of a person, and would block the event loop of the service.

/** A query that reads. */
export type SearchRequest = Pick<CompiledQuery, "sql" | "parameters">;

// A reader waits only while a writer recovers the file or resets its log.
const BUSY_TIMEOUT_MS = 2_000;

const database = new DatabaseSync(workerData.file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });

answerRequests<SearchRequest>({
  answer: ({ sql, parameters }) => database.prepare(sql).all(...(parameters as SQLInputValue[])),
  close: () => database.close(),
});
