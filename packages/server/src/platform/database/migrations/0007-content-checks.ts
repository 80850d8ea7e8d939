import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/** Adds the queue of file verifications that continue after the response to the client. Adds the reason why a file was rejected. */
export function contentChecks(engine: EngineName): Migration {
  const { id, text, integer, bit } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable("attachments").addColumn("reject_reason", text).execute();
      await db.schema
        .createTable("content_checks")
        .addColumn("attachment_id", id, (c) =>
          c.primaryKey().notNull().references("attachments.id").onDelete("cascade"),
        )
        .addColumn("etag", text, (c) => c.notNull())
        .addColumn("needs_scan", bit, (c) => c.notNull())
        .addColumn("due_at", integer, (c) => c.notNull())
        .addColumn("holder", text)
        .addColumn("attempts", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
      await db.schema.createIndex("content_checks_due").on("content_checks").column("due_at").execute();
    },
  };
}
