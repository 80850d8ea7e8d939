import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/database/queries.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";
import { openSqlite } from "../../wiring/database/open-sqlite.ts";

/** The facts that another process needs to open a database. */
export type DatabaseLocation = { file: string } | { url: string };

export function openAt(location: DatabaseLocation, clock: Clock = Date.now): Promise<Database> {
  return "file" in location
    ? openSqlite({ file: location.file, clock })
    : openPostgres({ url: location.url, clock, poolSize: 5 });
}
