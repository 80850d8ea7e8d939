import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const TABLE: Record<EngineName, string> = {
  sqlite: `
    create table missing_previews (
      attachment_id text not null primary key references attachments (id) on delete cascade,
      due_at integer, attempts integer not null, failure text
    ) strict, without rowid`,
  postgres: `
    create table missing_previews (
      attachment_id text collate "C" not null primary key references attachments (id) on delete cascade,
      due_at bigint, attempts integer not null, failure text collate "C"
    )`,
};

const INDEXES = [
  "create index missing_previews_due on missing_previews (due_at) where due_at is not null",
  // An open page asks every few seconds whether the previews of its note have changed. The index contains all columns of that query.
  "create index attachments_with_previews on attachments (note_id, previews) where previews is not null",
];

/** The uploading client needs this time to send its own previews. Milliseconds. */
const PATIENCE_MS = 120_000;

/** The small preview is the last one that the service makes. Without it, a file still misses previews. */
const hasSmall = (row: string) => `coalesce(${row}.previews, '') like '%"small"%'`;

/** The types that the service can draw. A file below 100 kB is its own preview, and a file above 100 MB needs too much memory. */
const isDrawn = (row: string) => `
  ${row}.state = 'ready' and not (${hasSmall(row)}) and ${row}.size_bytes between 100000 and 100000000
  and ${row}.content_type in ('image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif')`;

const QUEUE = `
  insert into missing_previews (attachment_id, due_at, attempts) values (new.id, new.created_at + ${PATIENCE_MS}, 0)`;
const REMOVE = "delete from missing_previews where attachment_id = new.id";

type Trigger = { name: string; event: string; when: string; statement: string };

const TRIGGERS: readonly Trigger[] = [
  { name: "ready", event: "update of state", when: `old.state <> 'ready' and ${isDrawn("new")}`, statement: QUEUE },
  { name: "added", event: "insert", when: isDrawn("new"), statement: QUEUE },
  { name: "found", event: "update of previews", when: hasSmall("new"), statement: REMOVE },
];

function creationOf({ name, event, when, statement }: Trigger, engine: EngineName): string[] {
  const trigger = `missing_previews_${name}`;
  const isInsert = statement === QUEUE;
  if (engine === "sqlite") {
    const body = isInsert ? statement.replace("insert into", "insert or ignore into") : statement;
    return [`create trigger ${trigger} after ${event} on attachments when ${when} begin ${body}; end`];
  }
  const body = isInsert ? `${statement} on conflict do nothing` : statement;
  return [
    `create function on_${trigger}() returns trigger language plpgsql as $$ begin ${body}; return null; end $$`,
    `create trigger ${trigger} after ${event} on attachments for each row when (${when}) execute function on_${trigger}()`,
  ];
}

/**
 * Adds the table of the files without previews. Triggers keep the table, so that each way to a ready file is covered. Existing files wait for
 * the command `valetkey previews`, because the service would otherwise read all of them from the bucket.
 */
export function missingPreviews(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const existing = `insert into missing_previews (attachment_id, due_at, attempts)
        select id, null, 0 from attachments where ${isDrawn("attachments")}`;
      const triggers = TRIGGERS.flatMap((trigger) => creationOf(trigger, engine));
      for (const statement of [TABLE[engine], ...INDEXES, existing, ...triggers]) await sql.raw(statement).execute(db);
    },
  };
}
