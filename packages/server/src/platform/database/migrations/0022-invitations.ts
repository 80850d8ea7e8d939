import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/** Adds the invitations by email address (ADR 9), and the requests for access to notes. */
export function invitations(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createInvitations(db, engine);
      await createAccessRequests(db, engine);
    },
  };
}

async function createInvitations({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("invitations")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    // The id of the note or the attachment that the invitation opens. Unlike `attachment_id`, this column is never null, so the index below
    // is unique for notes too.
    .addColumn("subject_id", id, (c) => c.notNull())
    .addColumn("note_id", id, (c) => c.notNull().references("notes.id").onDelete("cascade"))
    .addColumn("attachment_id", id, (c) => c.references("attachments.id").onDelete("cascade"))
    .addColumn("email", id, (c) => c.notNull())
    .addColumn("role", text, (c) => c.notNull())
    .addColumn("expires_at", integer)
    .addColumn("user_id", id)
    .addColumn("invited_by", id, (c) => c.notNull())
    .addColumn("invited_at", integer, (c) => c.notNull())
    .addColumn("generation", integer, (c) => c.notNull())
    .addColumn("link_expires_at", integer, (c) => c.notNull())
    .addColumn("redeemed_at", integer)
    .modifyEnd(keyedTable(engine))
    .execute();
  const columns = ["subject_id", "email"];
  await schema.createIndex("invitations_subject").unique().on("invitations").columns(columns).execute();
  for (const column of ["email", "note_id", "attachment_id", "invited_by", "user_id"]) {
    await schema.createIndex(`invitations_${column}`).on("invitations").column(column).execute();
  }
}

async function createAccessRequests({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, integer } = columnTypesOf(engine);
  await schema
    .createTable("access_requests")
    .addColumn("note_id", id, (c) => c.notNull().references("notes.id").onDelete("cascade"))
    .addColumn("user_id", id, (c) => c.notNull())
    .addColumn("requested_at", integer, (c) => c.notNull())
    .addColumn("dismissed_at", integer)
    .addPrimaryKeyConstraint("access_requests_pk", ["note_id", "user_id"])
    .modifyEnd(keyedTable(engine))
    .execute();
}
