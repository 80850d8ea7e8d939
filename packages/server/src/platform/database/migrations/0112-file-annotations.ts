import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const WORDS: Record<EngineName, { ID: string; KEYED: string }> = {
  sqlite: { ID: "text", KEYED: "strict, without rowid" },
  postgres: { ID: 'text collate "C"', KEYED: "" },
};

function statements(engine: EngineName): string[] {
  const { ID, KEYED } = WORDS[engine];
  return [
    "alter table attachments add column annotations text",
    `create table file_terms (
      attachment_id ${ID} not null references attachments (id) on delete cascade, term ${ID} not null, note_id ${ID} not null,
      primary key (attachment_id, term)
    ) ${KEYED}`,
    "create index file_terms_note on file_terms (note_id, term, attachment_id)",
    "create index file_terms_term on file_terms (term, attachment_id)",
    `alter table file_events add column file_id ${ID}`,
    "alter table file_events add column detail text",
    "create index file_events_file on file_events (file_id, kind)",
    `create table hook_marks (kind ${ID} primary key not null, event_id ${ID} not null) ${KEYED}`,
    `alter table items add column place ${ID}`,
    `create index items_place on items (place, note_id) where place is not null`,
  ];
}

/** Adds tags and metadata of files, more hooks of an embedding, and the places of items. `schema.ts` explains the columns. */
export function fileAnnotations(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of statements(engine)) await sql.raw(statement).execute(db);
    },
  };
}
