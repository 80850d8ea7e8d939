import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/** Adds the trash (ADR 14). Each item is a row of `trash`. A deleted note or attachment stores the id of its item in `trash_id`. */
export function trash(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createTrash(db, engine);
      const { id } = columnTypesOf(engine);
      for (const table of ["notes", "attachments"]) {
        await db.schema.alterTable(table).addColumn("trash_id", id).execute();
      }
      await (engine === "sqlite" ? indexSummaries(db) : indexNotes(db));
      await db.schema.dropIndex("attachments_listed").execute();
      await db.schema
        .createIndex("attachments_listed")
        .on("attachments")
        .columns(["note_id", "id"])
        .where(sql<boolean>`state not in ('aborted', 'expired') and trash_id is null`)
        .execute();
    },
  };
}

async function createTrash({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, integer } = columnTypesOf(engine);
  await schema
    .createTable("trash")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("note_id", id, (c) => c.notNull().references("notes.id").onDelete("cascade"))
    .addColumn("attachment_id", id, (c) => c.references("attachments.id").onDelete("cascade"))
    .addColumn("owner_id", id, (c) => c.notNull())
    .addColumn("deleted_by", id, (c) => c.notNull())
    .addColumn("deleted_at", integer, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("trash_owner").on("trash").columns(["owner_id", "id"]).execute();
  for (const column of ["note_id", "attachment_id", "deleted_at"]) {
    await schema.createIndex(`trash_${column}`).on("trash").column(column).execute();
  }
}

/** On SQLite a list of notes reads only these indexes, so these indexes need the new column too. */
async function indexSummaries(db: Kysely<unknown>): Promise<void> {
  const others = sql`title, substr(body, 1, 200), created_at, updated_at`;
  for (const name of ["notes_owner", "notes_summary"]) await db.schema.dropIndex(name).execute();
  await sql`create index notes_owner on notes (owner_id, trash_id, id, ${others})`.execute(db);
  await sql`create index notes_summary on notes (id, owner_id, trash_id, ${others})`.execute(db);
}

async function indexNotes({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropIndex("notes_owner").execute();
  await schema
    .createIndex("notes_owner")
    .on("notes")
    .columns(["owner_id", "id"])
    .where(sql<boolean>`trash_id is null`)
    .execute();
}
