import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable, plainTable } from "./column-types.ts";

/** Adds the items and file events of an application that embeds the service. Adds a table with the application that owns the database. */
export function items(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createItems(db, engine);
      await createFileEvents(db, engine);
      await createApplication(db, engine);
    },
  };
}

async function createItems({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id } = columnTypesOf(engine);
  await schema
    .createTable("items")
    .addColumn("note_id", id, (c) => c.primaryKey().notNull().references("notes.id").onDelete("cascade"))
    .addColumn("resource", id, (c) => c.notNull())
    .addColumn("item_id", id, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("items_item").unique().on("items").columns(["resource", "item_id"]).execute();
}

async function createFileEvents({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  // The table has no foreign keys, because an event is delivered even if its file was deleted before the delivery.
  await schema
    .createTable("file_events")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("kind", text, (c) => c.notNull())
    .addColumn("resource", id, (c) => c.notNull())
    .addColumn("item_id", id, (c) => c.notNull())
    .addColumn("file", text, (c) => c.notNull())
    .addColumn("due_at", integer, (c) => c.notNull())
    .addColumn("attempts", integer, (c) => c.notNull())
    .modifyEnd(plainTable(engine))
    .execute();
  await schema.createIndex("file_events_due").on("file_events").column("due_at").execute();
}

async function createApplication(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, integer, text } = columnTypesOf(engine);
  await db.schema
    .createTable("application")
    .addColumn("id", integer, (c) => c.primaryKey().notNull())
    .addColumn("name", id, (c) => c.notNull())
    .addColumn("bucket", text, (c) => c.notNull())
    .modifyEnd(plainTable(engine))
    .execute();
  // Before this migration, no application could embed the service, so existing rows belong to the service itself.
  await sql`
    insert into application (id, name, bucket)
    select 1, 'service', '' where exists (select 1 from notes) or exists (select 1 from people)`.execute(db);
}
