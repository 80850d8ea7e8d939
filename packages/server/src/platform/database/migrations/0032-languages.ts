import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf } from "./column-types.ts";

/** Adds the language that a person uses in the service. Null: the language is unknown. */
export function personLanguages(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable("people").addColumn("language", columnTypesOf(engine).text).execute();
    },
  };
}
