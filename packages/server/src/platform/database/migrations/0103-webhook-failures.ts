import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

/** Adds the codes of the problems of webhooks. Existing rows have only the text of their problem. */
export function webhookFailures(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const type = sql.raw(engine === "sqlite" ? "text" : 'text collate "C"');
      for (const table of ["webhook_endpoints", "webhook_deliveries"]) {
        await sql`alter table ${sql.table(table)} add column failure ${type}`.execute(db);
      }
    },
  };
}
