import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/**
 * Adds the table of the capabilities of the bucket. Adds a column that marks staged uploads. The service stages uploads when the bucket
 * lacks some capabilities.
 */
export function bucketCapabilities(engine: EngineName): Migration {
  const { text, integer, bit } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable("uploads")
        .addColumn("staged", bit, (c) => c.notNull().defaultTo(0))
        .execute();
      await db.schema
        .createTable("bucket_capabilities")
        .addColumn("place", text, (c) => c.primaryKey().notNull())
        .addColumn("capabilities", text, (c) => c.notNull())
        .addColumn("asked_at", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
    },
  };
}
