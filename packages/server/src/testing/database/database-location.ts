import type { Migration } from "kysely/migration";
import type { Clock } from "../../platform/clock.ts";
import type { DatabaseUser } from "../../platform/database/engine.ts";
import type { Database } from "../../platform/database/queries.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";
import { openSqlite } from "../../wiring/database/open-sqlite.ts";
import type { Application } from "../../wiring/database/owner.ts";

/** Another process needs the facts of the type to open a database. */
export type DatabaseLocation = { file: string } | { url: string };

type Options = {
  /** Default: the clock of the machine. */
  clock?: Clock | undefined;
  /** Default: the migrations of the current version. */
  migrations?: Record<string, Migration>;
  /** Default: the service. */
  usedBy?: DatabaseUser | undefined;
  /** Default: the owner is not checked. */
  application?: Application;
};

export function openAt(location: DatabaseLocation, { clock = Date.now, ...options }: Options = {}): Promise<Database> {
  return "file" in location
    ? openSqlite({ file: location.file, clock, ...options })
    : openPostgres({ url: location.url, clock, poolSize: 5, ...options });
}
