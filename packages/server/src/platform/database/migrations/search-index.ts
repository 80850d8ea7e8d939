import { type Kysely, sql } from "kysely";
import type { EngineName } from "../engine.ts";

const TEXTS = { notes: "title_folded, body_folded", attachments: "filename_folded" };

/**
 * Creates the index for searches (ADR 19). A background job fills the index. Triggers of the tables mark changed texts, and forget deleted
 * rows.
 */
export function createSearchIndex(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  return engine === "sqlite" ? createOnSqlite(db) : createOnPostgres(db);
}

async function createOnSqlite(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table search_docs (id integer primary key, doc_id text not null unique, note_id text not null) strict`.execute(
    db,
  );
  // The index stores only which documents contain a term. The texts are in the tables of notes and attachments.
  await sql`
    create virtual table search_terms
    using fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')`.execute(db);
  for (const [table, columns] of Object.entries(TEXTS)) {
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

async function createOnPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table search_docs (
      doc_id text collate "C" primary key not null, note_id text collate "C" not null, terms integer[] not null default '{}'
    )`.execute(db);
  // Terms are hashes, so PostgreSQL could not compress them.
  await sql`alter table search_docs alter column terms set storage external`.execute(db);
  // No plan needs statistics of the terms, and PostgreSQL would read all terms to collect them.
  await sql`alter table search_docs alter column terms set statistics 0`.execute(db);
  // PostgreSQL collects new entries in a list. The list must be short, because each search reads the whole list. Kilobytes.
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
  for (const [table, columns] of Object.entries(TEXTS)) {
    await sql`
      create trigger ${sql.raw(`${table}_changed_for_search before update of ${columns} on ${table}`)}
      for each row execute function reset_is_indexed()`.execute(db);
    await sql`
      create trigger ${sql.raw(`${table}_deleted_for_search after delete on ${table}`)}
      referencing old table as deleted for each statement execute function delete_search_docs()`.execute(db);
  }
}
