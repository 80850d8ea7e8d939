import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

/**
 * Moves the URL events of the old table to the audit log, only on SQLite. The journal of URL events is now a separate file
 * (sqlite/journal/file.ts).
 */
export function urlJournalFile(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      if (engine !== "sqlite") return;
      const columns = ["id", "at", "action", "actor_id", "note_id", "owner_id", "attachment_ids", "detail"];
      await sql`
        insert into audit_events (${sql.raw(columns.join(", "))})
        select ${sql.raw(columns.map((_, index) => `event.value ->> ${index}`).join(", "))}
        from url_event_batches as batch, json_each(batch.events) as event
        where true
        on conflict (owner_id, id) do nothing
      `.execute(db);
      await db.schema.dropTable("url_event_batches").execute();
    },
  };
}
