import type { RunSearch } from "../queries/notes.ts";
import type { SearchRequest } from "./search-worker.ts";
import { SqliteThread, workerModule } from "./thread.ts";

/** Runs searches on a worker thread, one after the other. Each search sees all earlier commits. */
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
