import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable, plainTable } from "./column-types.ts";

/** Adds the links for people without an account, with their files, claims and audit events. Adds the files that visitors sent. */
export function links(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createLinks(db, engine);
      await createLinkFiles(db, engine);
      await createLinkClaims(db, engine);
      await createVisitorFiles(db, engine);
      await createLinkEvents(db, engine);
    },
  };
}

async function createLinks({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer, bit } = columnTypesOf(engine);
  await schema
    .createTable("links")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("generation", integer, (c) => c.notNull())
    .addColumn("kind", text, (c) => c.notNull())
    .addColumn("note_id", id, (c) => c.notNull().references("notes.id").onDelete("cascade"))
    .addColumn("owner_id", id, (c) => c.notNull())
    .addColumn("created_by", id, (c) => c.notNull())
    .addColumn("label", text, (c) => c.notNull())
    .addColumn("message", text, (c) => c.notNull())
    .addColumn("whole_note", bit, (c) => c.notNull())
    .addColumn("expires_at", integer)
    .addColumn("password_hash", text)
    .addColumn("password_version", integer, (c) => c.notNull())
    .addColumn("max_claims", integer)
    .addColumn("claims", integer, (c) => c.notNull())
    .addColumn("opened", integer, (c) => c.notNull())
    .addColumn("urls_issued", integer, (c) => c.notNull())
    .addColumn("last_url_expires_at", integer)
    .addColumn("url_ttl_seconds", integer, (c) => c.notNull())
    .addColumn("notify", text, (c) => c.notNull())
    .addColumn("request", text)
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("revoked_at", integer)
    .modifyEnd(plainTable(engine))
    .execute();
  await schema.createIndex("links_note").on("links").columns(["note_id", "id"]).execute();
  await schema.createIndex("links_owner").on("links").columns(["owner_id", "id"]).execute();
  await schema.createIndex("links_creator").on("links").columns(["created_by", "id"]).execute();
}

async function createLinkFiles({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id } = columnTypesOf(engine);
  await schema
    .createTable("link_files")
    .addColumn("link_id", id, (c) => c.notNull().references("links.id").onDelete("cascade"))
    .addColumn("attachment_id", id, (c) => c.notNull().references("attachments.id").onDelete("cascade"))
    .addPrimaryKeyConstraint("link_files_pk", ["link_id", "attachment_id"])
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("link_files_attachment").on("link_files").column("attachment_id").execute();
}

async function createLinkClaims({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, integer } = columnTypesOf(engine);
  await schema
    .createTable("link_claims")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("link_id", id, (c) => c.notNull().references("links.id").onDelete("cascade"))
    .addColumn("generation", integer, (c) => c.notNull())
    .addColumn("visitor_id", id, (c) => c.notNull())
    .addColumn("claimed_at", integer, (c) => c.notNull())
    .addColumn("window_ends_at", integer, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("link_claims_link").on("link_claims").column("link_id").execute();
  await schema.createIndex("link_claims_window").on("link_claims").column("window_ends_at").execute();
  await schema.createIndex("link_claims_visitor").on("link_claims").column("visitor_id").execute();
}

async function createVisitorFiles({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("visitor_files")
    .addColumn("attachment_id", id, (c) => c.primaryKey().notNull().references("attachments.id").onDelete("cascade"))
    .addColumn("link_id", id, (c) => c.notNull().references("links.id").onDelete("cascade"))
    .addColumn("visitor_id", id, (c) => c.notNull())
    .addColumn("visitor_name", text)
    .addColumn("slot_id", text)
    .addColumn("received_at", integer)
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("visitor_files_link").on("visitor_files").column("link_id").execute();
  await schema.createIndex("visitor_files_visitor").on("visitor_files").column("visitor_id").execute();
}

async function createLinkEvents({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id } = columnTypesOf(engine);
  await schema
    .createTable("link_events")
    .addColumn("link_id", id, (c) => c.notNull())
    .addColumn("event_id", id, (c) => c.notNull())
    .addPrimaryKeyConstraint("link_events_pk", ["link_id", "event_id"])
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("link_events_event").on("link_events").column("event_id").execute();
}
