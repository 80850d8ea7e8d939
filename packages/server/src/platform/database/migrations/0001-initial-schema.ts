import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable, plainTable } from "./column-types.ts";

type Schema = Kysely<unknown>["schema"];

/** Creates the tables of notes, attachments, uploads, shares, people and tokens, the audit log, and the outbox of object deletions. */
export function initialSchema(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createPeople(db.schema, engine);
      await createNotes(db.schema, engine);
      await createAttachments(db.schema, engine);
      await createUploads(db.schema, engine);
      await createShares(db.schema, engine);
      await createApiTokens(db.schema, engine);
      await createAuditEvents(db.schema, engine);
      await createObjectDeletions(db.schema, engine);
      // The write-ahead log of PostgreSQL holds rows and not whole pages, so URL events need no journal there.
      if (engine === "sqlite") await createUrlEventBatches(db.schema);
    },
  };
}

async function createPeople(schema: Schema, engine: EngineName): Promise<void> {
  const { id, text, integer, bit } = columnTypesOf(engine);
  await schema
    .createTable("people")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("email", text)
    .addColumn("name", text)
    .addColumn("is_admin", bit, (c) => c.notNull())
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("updated_at", integer, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("people_email").on("people").column("email").execute();
}

async function createNotes(schema: Schema, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  // This table has no foreign key to people, because the id of an owner may come from a token of another application.
  await schema
    .createTable("notes")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("owner_id", id, (c) => c.notNull())
    .addColumn("title", text, (c) => c.notNull())
    .addColumn("body", text, (c) => c.notNull())
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("updated_at", integer, (c) => c.notNull())
    .modifyEnd(plainTable(engine))
    .execute();
  await schema.createIndex("notes_owner").on("notes").columns(["owner_id", "id"]).execute();
}

async function createAttachments(schema: Schema, engine: EngineName): Promise<void> {
  const { id, text, integer, bit } = columnTypesOf(engine);
  await schema
    .createTable("attachments")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("note_id", id, (c) => c.notNull().references("notes.id").onDelete("cascade"))
    .addColumn("owner_id", id, (c) => c.notNull())
    .addColumn("created_by", id, (c) => c.notNull())
    .addColumn("object_key", id, (c) => c.notNull().unique())
    .addColumn("owns_object", bit, (c) => c.notNull())
    .addColumn("filename", text, (c) => c.notNull())
    .addColumn("content_type", text, (c) => c.notNull())
    .addColumn("size_bytes", integer, (c) => c.notNull())
    .addColumn("checksum_sha256", text)
    .addColumn("state", text, (c) => c.notNull())
    .addColumn("created_at", integer, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("attachments_note").on("attachments").columns(["note_id", "created_at"]).execute();
}

async function createUploads(schema: Schema, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("uploads")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("attachment_id", id, (c) => c.notNull().references("attachments.id").onDelete("cascade"))
    .addColumn("note_id", id, (c) => c.notNull())
    .addColumn("user_id", id, (c) => c.notNull())
    .addColumn("object_key", id, (c) => c.notNull())
    .addColumn("strategy", text, (c) => c.notNull())
    .addColumn("filename", text, (c) => c.notNull())
    .addColumn("content_type", text, (c) => c.notNull())
    .addColumn("size_bytes", integer, (c) => c.notNull())
    .addColumn("declared_sha256", text)
    .addColumn("state", text, (c) => c.notNull())
    .addColumn("expires_at", integer, (c) => c.notNull())
    .addColumn("created_at", integer, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("uploads_attachment").on("uploads").column("attachment_id").execute();
  await schema.createIndex("uploads_state").on("uploads").columns(["state", "expires_at"]).execute();
}

async function createShares(schema: Schema, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  // This table has no foreign key to people, because the owner can share a note with a user who has not signed in yet.
  await schema
    .createTable("note_shares")
    .addColumn("note_id", id, (c) => c.notNull().references("notes.id").onDelete("cascade"))
    .addColumn("user_id", id, (c) => c.notNull())
    .addColumn("role", text, (c) => c.notNull())
    .addColumn("expires_at", integer)
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("created_by", id, (c) => c.notNull())
    .addPrimaryKeyConstraint("note_shares_pk", ["note_id", "user_id"])
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("note_shares_user").on("note_shares").columns(["user_id", "note_id"]).execute();
  await schema
    .createTable("attachment_shares")
    .addColumn("attachment_id", id, (c) => c.notNull().references("attachments.id").onDelete("cascade"))
    .addColumn("user_id", id, (c) => c.notNull())
    .addColumn("expires_at", integer)
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("created_by", id, (c) => c.notNull())
    .addPrimaryKeyConstraint("attachment_shares_pk", ["attachment_id", "user_id"])
    .modifyEnd(keyedTable(engine))
    .execute();
}

async function createApiTokens(schema: Schema, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("api_tokens")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("user_id", id, (c) => c.notNull().references("people.id").onDelete("cascade"))
    .addColumn("label", text, (c) => c.notNull())
    .addColumn("token_hash", id, (c) => c.notNull().unique())
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("expires_at", integer)
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("api_tokens_user").on("api_tokens").column("user_id").execute();
}

async function createAuditEvents(schema: Schema, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  // This table has no foreign keys, because events stay after their note is deleted. The primary key begins with the owner, because all
  // queries search by owner. No query searches by id only, and an index on the id would cost another write for each URL.
  await schema
    .createTable("audit_events")
    .addColumn("id", id, (c) => c.notNull())
    .addColumn("at", integer, (c) => c.notNull())
    .addColumn("action", text, (c) => c.notNull())
    .addColumn("actor_id", id, (c) => c.notNull())
    .addColumn("note_id", id, (c) => c.notNull())
    .addColumn("owner_id", id, (c) => c.notNull())
    .addColumn("attachment_ids", text, (c) => c.notNull())
    .addColumn("detail", text, (c) => c.notNull())
    .addPrimaryKeyConstraint("audit_events_pk", ["owner_id", "id"])
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("audit_events_note").on("audit_events").columns(["note_id", "id"]).execute();
}

async function createObjectDeletions(schema: Schema, engine: EngineName): Promise<void> {
  const { id, integer } = columnTypesOf(engine);
  await schema
    .createTable("object_deletions")
    .addColumn("object_key", id, (c) => c.primaryKey().notNull())
    .addColumn("not_before", integer, (c) => c.notNull())
    .addColumn("attempts", integer, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("object_deletions_due").on("object_deletions").column("not_before").execute();
}

async function createUrlEventBatches(schema: Schema): Promise<void> {
  await schema
    .createTable("url_event_batches")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("events", "text", (c) => c.notNull())
    .modifyEnd(plainTable("sqlite"))
    .execute();
}
