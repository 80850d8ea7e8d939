import type { Clock } from "../../platform/clock.ts";
import type { DatabaseUser } from "../../platform/database/engine.ts";
import type { Migrations } from "../../platform/database/migrations/index.ts";
import type { Database } from "../../platform/database/queries.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";
import { openSqlite } from "../../wiring/database/open-sqlite.ts";
import type { Application } from "../../wiring/database/owner.ts";

/** The facts with which another process can open a database. */
export type DatabaseLocation = { file: string } | { url: string };

type Options = {
  /** The clock of the database. Default: the clock of the machine. */
  clock?: Clock | undefined;
  migrations?: Migrations;
  /** The user of the database. Default: the service. */
  usedBy?: DatabaseUser | undefined;
  /** The application that owns the database. Default: the owner is not checked. */
  application?: Application;
};

export function openAt(location: DatabaseLocation, { clock = Date.now, ...options }: Options = {}): Promise<Database> {
  return "file" in location
    ? openSqlite({ file: location.file, clock, ...options })
    : openPostgres({ url: location.url, clock, poolSize: 5, ...options });
}
