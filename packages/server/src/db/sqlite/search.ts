import type { RunSearch } from "../queries/notes.ts";
import type { SearchRequest } from "./search-worker.ts";
import { SqliteThread, workerModule } from "./thread.ts";

/** Runs searches on a worker thread, one after the other. Each search sees all earlier commits. */
export function openSqliteSearch(file: string): { run: RunSearch; close: () => Promise<void> } {
  const module = workerModule("search-worker", import.meta.url);
  const thread = new SqliteThread<SearchRequest, unknown[]>({
    module,
    file,
    refusal: "The database can't be searched",
  });
  return {
    run: async <Row>({ sql, parameters }: SearchRequest) => (await thread.request({ sql, parameters })) as Row[],
    close: () => thread.close(),
  };
}
