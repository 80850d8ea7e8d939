import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable, plainTable } from "./column-types.ts";

/** Adds second factors, passkeys, and the deletion of an account by its own user (ADR 17). */
export function accountSafety(engine: EngineName): Migration {
  const { id, text, integer, bit } = columnTypesOf(engine);
  const ofAccount = (db: Kysely<unknown>, table: string) =>
    db.schema
      .createTable(table)
      .addColumn("user_id", id, (c) => c.notNull().references("auth_users.id").onDelete("cascade"));
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await ofAccount(db, "second_factors")
        .addColumn("sealed_secret", text, (c) => c.notNull())
        .addColumn("confirmed_at", integer)
        .addColumn("last_step", integer, (c) => c.notNull())
        .addPrimaryKeyConstraint("second_factors_pk", ["user_id"])
        .modifyEnd(keyedTable(engine))
        .execute();
      await ofAccount(db, "recovery_codes")
        .addColumn("code_hash", id, (c) => c.notNull())
        .addPrimaryKeyConstraint("recovery_codes_pk", ["user_id", "code_hash"])
        .modifyEnd(keyedTable(engine))
        .execute();
      await ofAccount(db, "passkeys")
        .addColumn("id", id, (c) => c.primaryKey().notNull())
        .addColumn("credential_id", text, (c) => c.notNull().unique())
        .addColumn("public_key", text, (c) => c.notNull())
        .addColumn("counter", integer, (c) => c.notNull())
        .addColumn("transports", text, (c) => c.notNull())
        .addColumn("name", text, (c) => c.notNull())
        .addColumn("created_at", integer, (c) => c.notNull())
        .addColumn("last_used_at", integer)
        .modifyEnd(plainTable(engine))
        .execute();
      await db.schema
        .createTable("account_deletions")
        .addColumn("user_id", id, (c) => c.primaryKey().notNull())
        .addColumn("by_owner", bit, (c) => c.notNull())
        .addColumn("delete_at", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
      await db.schema.createIndex("passkeys_user").on("passkeys").column("user_id").execute();
    },
  };
}
