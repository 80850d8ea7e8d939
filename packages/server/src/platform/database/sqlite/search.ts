import { sql } from "kysely";
import { workerModule } from "../../modules.ts";
import { type Search, searchTimeout } from "../queries.ts";
import { INTERRUPT } from "./file.ts";
import type { SearchRequest } from "./search-worker.ts";
import { SqliteThread } from "./thread.ts";

/** The number of worker threads. With two threads, one slow search does not delay the searches of other users. */
const AT_ONCE = 2;

/** Runs searches on worker threads. Each search sees all earlier commits. */
export function openSqliteSearch(options: { file: string; limitMs: number }): Search & { close: () => Promise<void> } {
  const { file, limitMs } = options;
  const module = workerModule("search-worker", import.meta.url);
  const refusal = "The database can't be searched";
  const threads = Array.from(
    { length: AT_ONCE },
    () => new SqliteThread<SearchRequest, unknown[]>({ module, file, refusal }),
  );
  const leastBusy = () => threads.reduce((least, thread) => (thread.waiting < least.waiting ? thread : least));
  return {
    atOnce: AT_ONCE,
    async run<Row>({ sql, parameters }: Pick<SearchRequest, "sql" | "parameters">) {
      try {
        return (await leastBusy().request({ sql, parameters, limitMs })) as Row[];
      } catch (error) {
        throw isInterrupted(error) ? searchTimeout(limitMs, error) : error;
      }
    },
    inTime: (noteId) => sql`in_time(${noteId})`,
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  };
}

function isInterrupted(error: unknown): boolean {
  const { cause } = error as { cause?: { errcode?: unknown } };
  return cause?.errcode === INTERRUPT;
}
