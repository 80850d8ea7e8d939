import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

// The list sorted by title compares only the start of a title, because PostgreSQL refuses long entries of an index.
const STATEMENTS: Record<EngineName, string> = {
  sqlite: `
alter table notes add column idempotency_key text;
create unique index notes_idempotency_key on notes (owner_id, idempotency_key) where idempotency_key is not null;
create index notes_changed on notes (owner_id, trash_id, updated_at, id);
create index notes_titled on notes (owner_id, trash_id, substr(title_folded, 1, 60), id);
create table note_pins (
  user_id text not null, note_id text not null references notes (id) on delete cascade, pinned_at integer not null,
  constraint note_pins_pk primary key (user_id, note_id)
) strict, without rowid;
create index note_pins_note_id on note_pins (note_id);
`,
  postgres: `
alter table notes add column idempotency_key text collate "C";
create unique index notes_idempotency_key on notes (owner_id, idempotency_key) where idempotency_key is not null;
create index notes_changed on notes (owner_id, updated_at, id) where trash_id is null;
create index notes_titled on notes (owner_id, (substr(title_folded, 1, 60) collate "C"), id) where trash_id is null;
create table note_pins (
  user_id text collate "C" not null, note_id text collate "C" not null references notes (id) on delete cascade,
  pinned_at bigint not null, constraint note_pins_pk primary key (user_id, note_id)
);
create index note_pins_note_id on note_pins (note_id);
`,
};

/** Adds the notes that people pin, the orders of the list of notes, and the keys that identify a repeated creation. */
export function noteOrder(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of STATEMENTS[engine].split(";\n")) {
        if (statement.trim() !== "") await sql.raw(statement).execute(db);
      }
    },
  };
}
