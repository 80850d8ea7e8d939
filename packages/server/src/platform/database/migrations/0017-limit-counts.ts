import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/** Adds the counters for limits that all replicas share. */
export function limitCounts(engine: EngineName): Migration {
  const { id, integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("limit_counts")
        .addColumn("key", id, (c) => c.primaryKey().notNull())
        .addColumn("count", integer, (c) => c.notNull())
        .addColumn("expires_at", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
      await db.schema.createIndex("limit_counts_expiry").on("limit_counts").column("expires_at").execute();
    },
  };
}
