import { sql } from "kysely";
import { type Search, searchTimeout } from "../search.ts";
import { INTERRUPT } from "./errors.ts";
import type { SearchRequest } from "./search-worker.ts";
import { SqliteThread, workerModule } from "./thread.ts";

/** Runs searches on a worker thread, one after the other. Each search sees all earlier commits. */
export function openSqliteSearch(options: { file: string; limitMs: number }): Search & { close: () => Promise<void> } {
  const { file, limitMs } = options;
  const module = workerModule("search-worker", import.meta.url);
  const thread = new SqliteThread<SearchRequest, unknown[]>({
    module,
    file,
    refusal: "The database can't be searched",
  });
  return {
    atOnce: 1,
    async run<Row>({ sql, parameters }: Pick<SearchRequest, "sql" | "parameters">) {
      try {
        return (await thread.request({ sql, parameters, limitMs })) as Row[];
      } catch (error) {
        throw isInterrupted(error) ? searchTimeout(limitMs, error) : error;
      }
    },
    inTime: (noteId) => sql`in_time(${noteId})`,
    close: () => thread.close(),
  };
}

function isInterrupted(error: unknown): boolean {
  const { cause } = error as { cause?: { errcode?: unknown } };
  return cause?.errcode === INTERRUPT;
}
