import type { EngineName } from "../engine.ts";

type Trigger = { name: string; event: string; table: string; when?: string; statement: string };

/** Returns the statements that create a trigger. The statement of the trigger runs for each row. */
function createTrigger({ name, event, table, when, statement }: Trigger, engine: EngineName): string[] {
  const condition = when === undefined ? "" : `when (${when})`;
  if (engine === "sqlite")
    return [`create trigger ${name} after ${event} on ${table} ${condition} begin ${statement}; end`];
  return [
    `create function on_${name}() returns trigger language plpgsql as $$ begin ${statement}; return null; end $$`,
    `create trigger ${name} after ${event} on ${table} for each row ${condition} execute function on_${name}()`,
  ];
}

/** The uploading client needs this time to send its own previews. Milliseconds. */
const PATIENCE_MS = 120_000;

/** The small preview is the last one that the service makes. Without it, a file still misses previews. */
const HAS_SMALL = `coalesce(new.previews, '') like '%"small"%'`;

/** The types that the service can draw. A file below 100 kB is its own preview, and a file above 100 MB needs too much memory. */
const IS_DRAWN = `
  new.state = 'ready' and not (${HAS_SMALL}) and new.size_bytes between 100000 and 100000000
  and new.content_type in ('image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif')`;

const QUEUE_PREVIEWS = `
  insert into file_jobs (attachment_id, kind, due_at, attempts)
  values (new.id, 'preview', new.created_at + ${PATIENCE_MS}, 0)
  on conflict do nothing`;

/**
 * Returns the statements for the triggers of the tables that an embedding also has. The triggers on `attachments` queue the jobs for
 * previews on each way to a ready file.
 */
export function sharedTriggers(engine: EngineName): string[] {
  const ofReady = { table: "attachments", statement: QUEUE_PREVIEWS };
  const triggers = [
    {
      ...{ name: "preview_jobs_ready", event: "update of state", ...ofReady },
      when: `old.state <> 'ready' and ${IS_DRAWN}`,
    },
    { name: "preview_jobs_added", event: "insert", ...ofReady, when: IS_DRAWN },
    {
      ...{ name: "preview_jobs_done", event: "update of previews", table: "attachments", when: HAS_SMALL },
      statement: "delete from file_jobs where attachment_id = new.id and kind = 'preview'",
    },
    {
      ...{ name: "attachment_previews_deleted", event: "delete", table: "attachment_previews" },
      statement: queueDeletion[engine],
    },
  ];
  return triggers.flatMap((trigger) => createTrigger(trigger, engine));
}

/**
 * Each deletion of a row queues the deletion of its object. In the transaction of an application, PostgreSQL finds tables by the search path
 * of the application. So the trigger names its schema.
 */
const queueDeletion: Record<EngineName, string> = {
  sqlite: `insert into object_deletions (object_key, not_before, attempts) values (old.object_key, 0, 0)
    on conflict (object_key) do update set not_before = 0, swept_at = null`,
  postgres: `execute format('insert into %I.object_deletions (object_key, not_before, attempts) values ($1, 0, 0)
    on conflict (object_key) do update set not_before = 0, swept_at = null', tg_table_schema) using old.object_key`,
};

/**
 * Returns the statements for the triggers that list the notes and files that were ever shared. A list of notes queries the shares of only
 * these notes.
 */
export function serviceTriggers(engine: EngineName): string[] {
  const subjects = {
    note_shares: "values (new.note_id, new.note_id)",
    attachment_shares: "select note_id, new.attachment_id from attachments where id = new.attachment_id",
    invitations: "values (new.note_id, new.subject_id)",
    links: "values (new.note_id, new.note_id)",
  };
  const triggers = Object.entries(subjects).map(([table, rows]) => ({
    ...{ name: `${table}_subject`, event: "insert", table },
    statement: `insert into shared_subjects (note_id, subject_id) ${rows} on conflict do nothing`,
  }));
  const sharer = "select new.user_id, owner_id from notes where id = new.note_id";
  const ofSharers = {
    ...{ name: "note_shares_added", event: "insert", table: "note_shares" },
    statement: `insert into note_sharers (user_id, owner_id) ${sharer} on conflict do nothing`,
  };
  return [...triggers, ofSharers].flatMap((trigger) => createTrigger(trigger, engine));
}

const TEXTS = Object.entries({ notes: "title_folded, body_folded", attachments: "filename_folded" });

/**
 * Returns the statements for the index of searches (ADR 19). A background job fills the index. Triggers of the tables mark changed texts, and
 * forget deleted rows.
 */
export function searchIndex(engine: EngineName): string[] {
  return engine === "sqlite" ? searchOnSqlite() : searchOnPostgres();
}

function searchOnSqlite(): string[] {
  return [
    "create table search_docs (id integer primary key, doc_id text not null unique, note_id text not null) strict",
    // The index stores only which documents contain a term. The texts are in the tables of notes and attachments.
    `create virtual table search_terms
    using fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')`,
    ...TEXTS.flatMap(([table, columns]) => [
      `create trigger ${table}_changed_for_search after update of ${columns} on ${table}
      when new.is_indexed is not null
      begin
        update ${table} set is_indexed = null where id = new.id;
      end`,
      `create trigger ${table}_deleted_for_search after delete on ${table}
      begin
        delete from search_terms where rowid = (select id from search_docs where doc_id = old.id);
        delete from search_docs where doc_id = old.id;
      end`,
    ]),
  ];
}

function searchOnPostgres(): string[] {
  return [
    `create table search_docs (
      doc_id text collate "C" primary key not null, note_id text collate "C" not null, terms integer[] not null default '{}'
    )`,
    // Terms are hashes, so PostgreSQL could not compress them.
    "alter table search_docs alter column terms set storage external",
    // No plan needs statistics of the terms, and PostgreSQL would read all terms to collect them.
    "alter table search_docs alter column terms set statistics 0",
    // PostgreSQL collects new entries in a list. The list must be short, because each search reads the whole list. Kilobytes.
    "create index search_docs_terms on search_docs using gin (terms) with (gin_pending_list_limit = 256)",
    `create function reset_is_indexed() returns trigger language plpgsql as $$
    begin
      new.is_indexed := null;
      return new;
    end $$`,
    `create function delete_search_docs() returns trigger language plpgsql as $$
    begin
      delete from search_docs using deleted where search_docs.doc_id = deleted.id;
      return null;
    end $$`,
    ...TEXTS.flatMap(([table, columns]) => [
      `create trigger ${table}_changed_for_search before update of ${columns} on ${table}
      for each row execute function reset_is_indexed()`,
      `create trigger ${table}_deleted_for_search after delete on ${table}
      referencing old table as deleted for each statement execute function delete_search_docs()`,
    ]),
  ];
}
