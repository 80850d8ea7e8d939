import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/**
 * Adds the lowest migration that a version must contain to use the database (ADR 2). Adds indexes for queries that read a whole table.
 * No index here gets an entry from the start of an upload.
 */
export function indexes(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createCompatibility(db, engine);
      await indexQueues(db);
      await indexExpiries(db);
      await indexUsers(db, engine);
      // The number of files of a note is the number of its rows minus some of these rows. The index has all columns that the count needs, so
      // the database reads no row of the table.
      await sql`
        create index attachments_unready on attachments (note_id, state, trash_id, created_by)
        where state not in ('pending', 'ready') or trash_id is not null`.execute(db);
      await indexIssuedUrls(db, engine);
    },
  };
}

async function createCompatibility(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, integer } = columnTypesOf(engine);
  await db.schema
    .createTable("schema_compatibility")
    .addColumn("id", integer, (c) => c.primaryKey().notNull())
    .addColumn("needed_migration", id, (c) => c.notNull())
    .modifyEnd(keyedTable(engine))
    .execute();
  await sql`insert into schema_compatibility (id, needed_migration) values (1, '0038-indexes')`.execute(db);
}

async function indexQueues(db: Kysely<unknown>): Promise<void> {
  await sql`create index mails_given_up on mails (given_up_at) where given_up_at is not null`.execute(db);
  // A list shows the mails that wait, or the mails that were given up. Each list reads one part of this index, in order.
  await sql`create index mails_listed on mails ((case when given_up_at is null then 0 else 1 end), id)`.execute(db);
  await sql`
    create index mails_oldest on mails ((case when group_key is null then created_at else due_at end))
    where due_at is not null`.execute(db);
  await sql`create index webhook_deliveries_oldest on webhook_deliveries (queued_at) where due_at is not null`.execute(
    db,
  );
}

/** Adds indexes for sweeps, which delete expired rows. */
async function indexExpiries(db: Kysely<unknown>): Promise<void> {
  await sql`create index invitations_old on invitations (link_expires_at) where redeemed_at is not null`.execute(db);
  await sql`create index account_invitations_expiry on account_invitations (link_expires_at)`.execute(db);
  await sql`create index account_invitations_open on account_invitations (id) where redeemed_at is null`.execute(db);
  await sql`create index account_deletions_due on account_deletions (delete_at)`.execute(db);
}

/** Adds indexes for the deletion of an account. */
async function indexUsers({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  for (const table of ["access_requests", "account_links"]) {
    await schema.createIndex(`${table}_user`).on(table).column("user_id").execute();
  }
  // On PostgreSQL, the other index of owners has no notes in the trash. On SQLite, it has all notes.
  if (engine === "postgres")
    await schema.createIndex("notes_of_owner").on("notes").columns(["owner_id", "id"]).execute();
}

/** Adds an index for the webhooks of the service, which report the issued URLs of all owners. All other indexes begin with the owner or note. */
async function indexIssuedUrls(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  // On PostgreSQL, this kind of index stores only the range of ids of each few pages. So it costs almost nothing when a URL is issued.
  await (engine === "postgres"
    ? sql`create index audit_events_id on audit_events using brin (id) with (pages_per_range = 16, autosummarize = on)`
    : sql`create index audit_events_issued on audit_events (id) where action = 'url.issued'`
  ).execute(db);
}
