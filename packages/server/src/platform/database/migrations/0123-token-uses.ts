import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const INSTANT: Record<EngineName, string> = { sqlite: "integer", postgres: "bigint" };

/** Adds the last use of an API token. `schema.ts` explains the column. */
export function tokenUses(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql.raw(`alter table api_tokens add column last_used_at ${INSTANT[engine]}`).execute(db);
    },
  };
}
