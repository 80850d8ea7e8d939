import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/**
 * Adds the forms that browsers post to the bucket. Until a form expires, the service polls the bucket for the object that the form stores.
 */
export function signedForms(engine: EngineName): Migration {
  const { id, text, integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      // The table has no foreign keys, because a signed form stays valid after its note is deleted.
      await db.schema
        .createTable("signed_forms")
        .addColumn("id", id, (c) => c.primaryKey().notNull())
        .addColumn("note_id", id, (c) => c.notNull())
        .addColumn("user_id", id, (c) => c.notNull())
        .addColumn("object_key", id, (c) => c.notNull())
        .addColumn("filename", text, (c) => c.notNull())
        .addColumn("content_type", text, (c) => c.notNull())
        .addColumn("min_bytes", integer, (c) => c.notNull())
        .addColumn("max_bytes", integer, (c) => c.notNull())
        .addColumn("upload_id", id)
        .addColumn("expires_at", integer, (c) => c.notNull())
        .addColumn("created_at", integer, (c) => c.notNull())
        .addColumn("look_at", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
      await db.schema.createIndex("signed_forms_look").on("signed_forms").column("look_at").execute();
    },
  };
}
