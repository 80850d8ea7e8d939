import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf } from "./column-types.ts";

/**
 * Adds the instant of the latest statement about the email address of a user. A token that is older than this instant does not replace the
 * email address.
 */
export function emailStatedAt(engine: EngineName): Migration {
  const { integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable("people").addColumn("email_stated_at", integer).execute();
    },
  };
}
