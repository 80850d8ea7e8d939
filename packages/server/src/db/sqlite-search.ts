import type { RunSearch } from "./notes.ts";
import type { SearchRequest } from "./sqlite-search-worker.ts";
import { SqliteThread } from "./sqlite-thread.ts";

/** Searches on SQLite: a thread of its own runs them one after the other, on a connection that sees each commit as soon as it is made. */
export function openSqliteSearch(file: string): { run: RunSearch; close: () => Promise<void> } {
  const refusal = "The database can't be searched";
  const thread = new SqliteThread<SearchRequest, unknown[]>({ module: "sqlite-search-worker", file, refusal });
  return {
    run: async <Row>({ sql, parameters }: SearchRequest) => (await thread.request({ sql, parameters })) as Row[],
    close: () => thread.close(),
  };
}
