import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/** Adds the objects that `valetkey adopt --list` has adopted, with the ids that the files had in another application. */
export function adoptedObjects(engine: EngineName): Migration {
  const { id } = columnTypesOf(engine);
  return {
    async up({ schema }: Kysely<unknown>): Promise<void> {
      await schema
        .createTable("adopted_objects")
        .addColumn("source_key", id, (c) => c.primaryKey().notNull())
        .addColumn("old_id", id, (c) => c.unique())
        .addColumn("attachment_id", id, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
    },
  };
}
