import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, plainTable } from "./column-types.ts";

/** Adds the quota and the last sign-in of each person, and the log of what administrators do. */
export function administration(engine: EngineName): Migration {
  const { id, text, integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      // The quota is a column of `usage`, so the statement that counts an upload reads only one row.
      await db.schema.alterTable("usage").addColumn("quota_bytes", integer).execute();
      await db.schema.alterTable("people").addColumn("last_sign_in_at", integer).execute();
      await sql`
        update people set last_sign_in_at = (
          select ${latestSession(engine)} from auth_sessions where auth_sessions.user_id = people.id
        )`.execute(db);
      await db.schema.createIndex("people_newest").on("people").columns(["created_at", "id"]).execute();
      await db.schema
        .createIndex("people_administrators")
        .on("people")
        .column("id")
        .where(sql.ref("is_admin"), "=", sql.lit(1))
        .execute();
      await db.schema
        .createTable("admin_events")
        .addColumn("id", id, (c) => c.primaryKey().notNull())
        .addColumn("at", integer, (c) => c.notNull())
        .addColumn("action", text, (c) => c.notNull())
        .addColumn("actor_id", id)
        .addColumn("subject_id", id, (c) => c.notNull())
        .addColumn("detail", text, (c) => c.notNull())
        .modifyEnd(plainTable(engine))
        .execute();
    },
  };
}

// The accounts library stores instants as texts on SQLite.
function latestSession(engine: EngineName) {
  return engine === "sqlite"
    ? sql`cast(round(unixepoch(max(created_at), 'subsec') * 1000) as integer)`
    : sql`cast(round(extract(epoch from max(created_at)) * 1000) as bigint)`;
}
