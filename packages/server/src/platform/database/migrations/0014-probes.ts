import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf } from "./column-types.ts";

/** Adds the row that /readyz writes, to find a full or read-only disk. */
export function probes(engine: EngineName): Migration {
  const { integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("probes")
        .addColumn("id", integer, (c) => c.primaryKey().notNull())
        .addColumn("probed_at", integer, (c) => c.notNull())
        .execute();
    },
  };
}
