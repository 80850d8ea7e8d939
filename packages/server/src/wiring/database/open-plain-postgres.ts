import { Kysely, PostgresDialect } from "kysely";
import { postgresEngine as engine } from "../../platform/database/engine.ts";
import { createPool, kyselyPool, noNames } from "../../platform/database/postgres/pool.ts";
import { createPrimary } from "../../platform/database/postgres/primary.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { queriesOn } from "./database.ts";
import type { PlainDatabase } from "./open-plain.ts";

/** Opens PostgreSQL without its migrations. */
export function openPlainPostgres(url: string): PlainDatabase {
  const pool = createPool({ primary: createPrimary(url), maxConnections: 1 });
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: kyselyPool(pool, noNames) }) });
  return { ...queriesOn(kysely, { engine, clock: Date.now }), close: () => pool.end() };
}
