import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

const COLUMNS = sql.raw("id, at, action, actor_id, note_id, owner_id, attachment_ids, detail");

/**
 * Separates the routine events from other events in both indexes of the audit log. With a third index instead, the service would need more
 * time to issue a URL.
 */
export function routineEvents(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.dropIndex("audit_events_note").execute();
      await (engine === "sqlite" ? copyTable(db) : changeKey(db));
      await db.schema
        .createIndex("audit_events_note")
        .on("audit_events")
        .columns(["note_id", "is_routine", "id"])
        .execute();
    },
  };
}

/** Copies the rows to a new table. SQLite stores rows in the tree of the primary key, so it can't change the primary key of a table. */
async function copyTable(db: Kysely<unknown>): Promise<void> {
  const { id, text, integer, bit } = columnTypesOf("sqlite");
  await db.schema.alterTable("audit_events").renameTo("old_audit_events").execute();
  await db.schema
    .createTable("audit_events")
    .addColumn("id", id, (c) => c.notNull())
    .addColumn("at", integer, (c) => c.notNull())
    .addColumn("action", text, (c) => c.notNull())
    .addColumn("actor_id", id, (c) => c.notNull())
    .addColumn("note_id", id, (c) => c.notNull())
    .addColumn("owner_id", id, (c) => c.notNull())
    .addColumn("attachment_ids", text, (c) => c.notNull())
    .addColumn("detail", text, (c) => c.notNull())
    .addColumn("is_routine", bit, (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint("audit_events_pk", ["owner_id", "is_routine", "id"])
    .modifyEnd(keyedTable("sqlite"))
    .execute();
  await sql`insert into audit_events (${COLUMNS}) select ${COLUMNS} from old_audit_events`.execute(db);
  await db.schema.dropTable("old_audit_events").execute();
}

async function changeKey(db: Kysely<unknown>): Promise<void> {
  const { bit } = columnTypesOf("postgres");
  // During an upgrade, replicas of the previous version insert events without this column, so the column needs a default.
  await db.schema
    .alterTable("audit_events")
    .addColumn("is_routine", bit, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable("audit_events").dropConstraint("audit_events_pk").execute();
  await db.schema
    .alterTable("audit_events")
    .addPrimaryKeyConstraint("audit_events_pk", ["owner_id", "is_routine", "id"])
    .execute();
}
