import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/**
 * Adds the table of disabled users. Every access decision reads this table. The table is separate from the table of people, so that it
 * stays small.
 */
export function disabledUsers(engine: EngineName): Migration {
  const { id, integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("disabled_users")
        .addColumn("user_id", id, (c) => c.primaryKey().notNull())
        .addColumn("disabled_at", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
    },
  };
}
