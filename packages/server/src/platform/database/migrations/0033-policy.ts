import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/** Adds the rules that administrators can change, the invitations that administrators send, and the file quota of each person (ADR 15). */
export function policy(engine: EngineName): Migration {
  const { id, text, integer } = columnTypesOf(engine);
  return {
    async up({ schema }: Kysely<unknown>): Promise<void> {
      await schema.alterTable("usage").addColumn("quota_files", integer).execute();
      await schema
        .createTable("policy")
        .addColumn("name", id, (c) => c.primaryKey().notNull())
        .addColumn("value", text, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
      await schema
        .createTable("account_invitations")
        .addColumn("id", id, (c) => c.primaryKey().notNull())
        .addColumn("email", id, (c) => c.notNull().unique())
        .addColumn("invited_by", id)
        .addColumn("invited_at", integer, (c) => c.notNull())
        .addColumn("generation", integer, (c) => c.notNull())
        .addColumn("link_expires_at", integer, (c) => c.notNull())
        .addColumn("redeemed_at", integer)
        .modifyEnd(keyedTable(engine))
        .execute();
    },
  };
}
