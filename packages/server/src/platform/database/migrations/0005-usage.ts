import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/**
 * Counts the usage of each owner from the existing rows. Adds the idempotency keys of uploads. Adds the reservations of form uploads,
 * because a form upload has no upload row until it is complete.
 */
export function usage(engine: EngineName): Migration {
  const { id, text, integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("usage")
        .addColumn("owner_id", id, (c) => c.primaryKey().notNull())
        .addColumn("used_bytes", integer, (c) => c.notNull())
        .addColumn("files", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
      await sql`
        insert into usage (owner_id, used_bytes, files)
        select owner_id, sum(size_bytes), count(*) from attachments
        where owns_object = 1 and state not in ('rejected', 'aborted', 'expired')
        group by owner_id`.execute(db);
      await db.schema
        .createTable("reservations")
        .addColumn("object_key", id, (c) => c.primaryKey().notNull())
        .addColumn("owner_id", id, (c) => c.notNull())
        .addColumn("size_bytes", integer, (c) => c.notNull())
        .addColumn("expires_at", integer, (c) => c.notNull())
        .modifyEnd(keyedTable(engine))
        .execute();
      await db.schema.createIndex("reservations_expiry").on("reservations").column("expires_at").execute();
      await db.schema.alterTable("uploads").addColumn("idempotency_key", text).execute();
      // A unique index accepts any number of nulls on both engines, so uploads without a key do not collide.
      await db.schema
        .createIndex("uploads_idempotency_key")
        .unique()
        .on("uploads")
        .columns(["user_id", "idempotency_key"])
        .execute();
      await db.schema.createIndex("uploads_object").on("uploads").column("object_key").execute();
      // The instant when the service deleted the object for the first time. The service deletes the object a second time later, because a
      // PUT may still have been in flight.
      await db.schema.alterTable("object_deletions").addColumn("swept_at", integer).execute();
    },
  };
}
