import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable, plainTable } from "./column-types.ts";

const NOT_INDEXED = {
  notes: sql`is_indexed is null`,
  // For `not in`, SQLite would build a list at each start of an upload.
  attachments: sql`
    state <> 'pending' and is_indexed is null and state <> 'aborted' and state <> 'expired' and state <> 'rejected'`,
};

/**
 * Adds the index for searches (ADR 19). A background job fills the index, so this migration reads no texts. Triggers reset `is_indexed`,
 * because a replica of the version before does not know this column.
 */
export function searchIndex(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const { bit } = columnTypesOf(engine);
      for (const table of ["notes", "attachments"]) {
        await db.schema.alterTable(table).addColumn("is_indexed", bit).execute();
      }
      await sql`create index notes_unindexed on notes (owner_id, id) where ${NOT_INDEXED.notes}`.execute(db);
      await sql`
        create index attachments_unindexed on attachments (id, owner_id, note_id) where ${NOT_INDEXED.attachments}`.execute(
        db,
      );
      await (engine === "sqlite" ? createDocsOnSqlite(db) : createDocsOnPostgres(db));
      await createSharers(db, engine);
    },
  };
}

async function createDocsOnSqlite(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("search_docs")
    .addColumn("id", "integer", (c) => c.primaryKey())
    .addColumn("doc_id", "text", (c) => c.notNull().unique())
    .addColumn("note_id", "text", (c) => c.notNull())
    .modifyEnd(plainTable("sqlite"))
    .execute();
  // The index stores only which documents have a term. The tables of notes and attachments have the texts.
  await sql`
    create virtual table search_terms
    using fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')`.execute(db);
  for (const [table, columns] of [
    ["notes", "title_folded, body_folded"],
    ["attachments", "filename_folded"],
  ] as const) {
    await sql`
      create trigger ${sql.raw(`${table}_changed_for_search after update of ${columns} on ${table}`)}
      when new.is_indexed is not null
      begin
        update ${sql.raw(table)} set is_indexed = null where id = new.id;
      end`.execute(db);
    await sql`
      create trigger ${sql.raw(`${table}_deleted_for_search after delete on ${table}`)}
      begin
        delete from search_terms where rowid = (select id from search_docs where doc_id = old.id);
        delete from search_docs where doc_id = old.id;
      end`.execute(db);
  }
}

async function createDocsOnPostgres(db: Kysely<unknown>): Promise<void> {
  const { id } = columnTypesOf("postgres");
  await db.schema
    .createTable("search_docs")
    .addColumn("doc_id", id, (c) => c.primaryKey().notNull())
    .addColumn("note_id", id, (c) => c.notNull())
    .addColumn("terms", sql`integer[]`, (c) => c.notNull().defaultTo(sql`'{}'`))
    .execute();
  // Terms are hashes, so PostgreSQL could not compress them.
  await sql`alter table search_docs alter column terms set storage external`.execute(db);
  // No plan needs statistics of the terms, and PostgreSQL would read all terms to collect them.
  await sql`alter table search_docs alter column terms set statistics 0`.execute(db);
  // PostgreSQL collects new entries in a list, and each search reads this list. So the list must be short. Kilobytes.
  await sql`create index search_docs_terms on search_docs using gin (terms) with (gin_pending_list_limit = 256)`.execute(
    db,
  );
  await sql`
    create function reset_is_indexed() returns trigger language plpgsql as $$
    begin
      new.is_indexed := null;
      return new;
    end $$`.execute(db);
  await sql`
    create function delete_search_docs() returns trigger language plpgsql as $$
    begin
      delete from search_docs using deleted where search_docs.doc_id = deleted.id;
      return null;
    end $$`.execute(db);
  for (const [table, columns] of [
    ["notes", "title_folded, body_folded"],
    ["attachments", "filename_folded"],
  ] as const) {
    await sql`
      create trigger ${sql.raw(`${table}_changed_for_search before update of ${columns} on ${table}`)}
      for each row execute function reset_is_indexed()`.execute(db);
    await sql`
      create trigger ${sql.raw(`${table}_deleted_for_search after delete on ${table}`)}
      referencing old table as deleted for each statement execute function delete_search_docs()`.execute(db);
  }
}

/** Creates the list of the owners who have shared a note with a user. A search in shared notes reads the documents of these owners. */
async function createSharers(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id } = columnTypesOf(engine);
  await db.schema
    .createTable("note_sharers")
    .addColumn("user_id", id, (c) => c.notNull())
    .addColumn("owner_id", id, (c) => c.notNull())
    .addPrimaryKeyConstraint("note_sharers_pk", ["user_id", "owner_id"])
    .modifyEnd(keyedTable(engine))
    .execute();
  const addSharer = sql`
    insert into note_sharers (user_id, owner_id)
    select new.user_id, owner_id from notes where id = new.note_id
    on conflict do nothing;`;
  if (engine === "sqlite") {
    await sql`create trigger note_shares_added after insert on note_shares begin ${addSharer} end`.execute(db);
  } else {
    await sql`
      create function add_note_sharer() returns trigger language plpgsql as $$
      begin
        ${addSharer}
        return null;
      end $$`.execute(db);
    await sql`
      create trigger note_shares_added after insert on note_shares
      for each row execute function add_note_sharer()`.execute(db);
  }
  // The trigger exists before this statement, so no share can be missing.
  await sql`
    insert into note_sharers (user_id, owner_id)
    select distinct note_shares.user_id, notes.owner_id
    from note_shares join notes on notes.id = note_shares.note_id`.execute(db);
}
