import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable, plainTable } from "./column-types.ts";

/** Adds the queue of mails. Adds the links in mails about accounts. Each of these links works only once. */
export function mails(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createMails(db, engine);
      await createAccountLinks(db, engine);
    },
  };
}

async function createMails({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("mails")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("kind", text, (c) => c.notNull())
    .addColumn("email", text, (c) => c.notNull())
    .addColumn("detail", text, (c) => c.notNull())
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("due_at", integer)
    .addColumn("attempts", integer, (c) => c.notNull())
    .addColumn("given_up_at", integer)
    .addColumn("problem", text)
    .modifyEnd(plainTable(engine))
    .execute();
  await schema.createIndex("mails_due").on("mails").column("due_at").execute();
}

async function createAccountLinks({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("account_links")
    .addColumn("token_hash", id, (c) => c.primaryKey().notNull())
    .addColumn("kind", text, (c) => c.notNull())
    .addColumn("user_id", id, (c) => c.notNull())
    .addColumn("sent_to", text)
    .addColumn("password_mark", text)
    .addColumn("expires_at", integer, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("account_links_expiry").on("account_links").column("expires_at").execute();
}
