import type { Migration } from "kysely/migration";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/database/queries.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";
import { openSqlite } from "../../wiring/database/open-sqlite.ts";

/** Another process needs the facts of the type to open a database. */
export type DatabaseLocation = { file: string } | { url: string };

/** `clock`: the default is the clock of the machine. `migrations`: the default is the migrations of the current version. */
export function openAt(
  location: DatabaseLocation,
  { clock = Date.now, migrations }: { clock?: Clock | undefined; migrations?: Record<string, Migration> } = {},
): Promise<Database> {
  return "file" in location
    ? openSqlite({ file: location.file, clock, migrations })
    : openPostgres({ url: location.url, clock, migrations, poolSize: 5 });
}
