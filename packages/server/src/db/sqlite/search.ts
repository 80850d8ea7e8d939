import type { RunSearch } from "../queries/notes.ts";
import type { SearchRequest } from "./search-worker.ts";
import { SqliteThread, workerModule } from "./thread.ts";

/** Searches on SQLite: a thread of its own runs them one after the other, on a connection that sees each commit as soon as it is made. */
export function openSqliteSearch(file: string): { run: RunSearch; close: () => Promise<void> } {
  const refusal = "The database can't be searched";
  const thread = new SqliteThread<SearchRequest, unknown[]>({
    module: workerModule("search-worker", import.meta.url),
    file,
    refusal,
  });
  return {
    run: async <Row>({ sql, parameters }: SearchRequest) => (await thread.request({ sql, parameters })) as Row[],
    close: () => thread.close(),
  };
}
