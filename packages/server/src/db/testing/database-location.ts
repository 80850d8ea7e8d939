import type { Clock } from "../../usecases/ports/index.ts";
import type { OpenDatabase } from "../database.ts";
import { openPostgres } from "../postgres/open.ts";
import { openSqlite } from "../sqlite/open.ts";

/** The facts that another process needs to open a database. */
export type DatabaseLocation = { file: string } | { url: string };

export function openAt(location: DatabaseLocation, clock: Clock = Date.now): Promise<OpenDatabase> {
  return "file" in location
    ? openSqlite({ file: location.file, clock })
    : openPostgres({ url: location.url, clock, poolSize: 5 });
}
