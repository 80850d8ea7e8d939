import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/** Adds the choices of people about mails, mails that collect notices, reminders before a share expires, and links for named recipients. */
export function mailPreferences(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createPreferences(db, engine);
      await db.schema.alterTable("mails").addColumn("group_key", "text").execute();
      await db.schema.createIndex("mails_group").unique().on("mails").column("group_key").execute();
      await remindOfShares(db, engine);
      await createRecipients(db, engine);
    },
  };
}

async function createPreferences({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text } = columnTypesOf(engine);
  await schema
    .createTable("mail_preferences")
    .addColumn("holder", id, (c) => c.notNull())
    .addColumn("topic", text, (c) => c.notNull())
    .addColumn("choice", text, (c) => c.notNull())
    .addPrimaryKeyConstraint("mail_preferences_pk", ["holder", "topic"])
    .modifyEnd(keyedTable(engine))
    .execute();
}

async function remindOfShares({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { integer } = columnTypesOf(engine);
  for (const table of ["note_shares", "attachment_shares"]) {
    await schema.alterTable(table).addColumn("reminded_at", integer).execute();
    const index = schema.createIndex(`${table}_ending`).on(table).column("expires_at");
    await index.where(sql<boolean>`expires_at is not null and reminded_at is null`).execute();
  }
}

async function createRecipients({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("link_recipients")
    .addColumn("link_id", id, (c) => c.notNull().references("links.id").onDelete("cascade"))
    .addColumn("email", text, (c) => c.notNull())
    .addPrimaryKeyConstraint("link_recipients_pk", ["link_id", "email"])
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema
    .createTable("link_codes")
    .addColumn("link_id", id, (c) => c.notNull().references("links.id").onDelete("cascade"))
    .addColumn("email", text, (c) => c.notNull())
    .addColumn("code_hash", text, (c) => c.notNull())
    .addColumn("expires_at", integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("link_codes_pk", ["link_id", "email"])
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema
    .createTable("link_visitors")
    .addColumn("link_id", id, (c) => c.notNull().references("links.id").onDelete("cascade"))
    .addColumn("visitor_id", id, (c) => c.notNull())
    .addColumn("email", text, (c) => c.notNull())
    .addColumn("expires_at", integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("link_visitors_pk", ["link_id", "visitor_id"])
    .modifyEnd(keyedTable(engine))
    .execute();
  for (const table of ["link_codes", "link_visitors"]) {
    await schema.createIndex(`${table}_expiry`).on(table).column("expires_at").execute();
  }
}
