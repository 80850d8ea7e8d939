import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { EngineName } from "./engine.ts";
import { migrationsFor } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";

/**
 * Brings the schema up to date, all or nothing. Processes that start together take turns: on PostgreSQL by the migrator's
 * advisory lock, on SQLite because each transaction begins as a writer (sqlite-driver.ts).
 */
export async function migrate(db: Kysely<Tables>, engine: EngineName): Promise<void> {
  const provider = { getMigrations: async () => migrationsFor(engine) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error) throw error;
}
