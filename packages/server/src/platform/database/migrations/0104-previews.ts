import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const TABLE: Record<EngineName, string> = {
  sqlite: `
    create table attachment_previews (
      attachment_id text not null references attachments (id) on delete cascade, name text not null,
      object_key text not null, staged integer not null, content_type text not null, size_bytes integer not null,
      checksum_sha256 text not null, width integer, height integer, created_at integer not null,
      primary key (attachment_id, name)
    ) strict, without rowid`,
  postgres: `
    create table attachment_previews (
      attachment_id text collate "C" not null references attachments (id) on delete cascade,
      name text collate "C" not null, object_key text collate "C" not null, staged integer not null,
      content_type text collate "C" not null, size_bytes bigint not null, checksum_sha256 text collate "C" not null,
      width integer, height integer, created_at bigint not null, primary key (attachment_id, name)
    )`,
};

const INDEXES = [
  "create unique index attachment_previews_object_key on attachment_previews (object_key)",
  "create index attachment_previews_unconfirmed on attachment_previews (created_at) where width is null",
];

/** Each deletion of a row queues the deletion of its object. Cascading deletions of files also run the trigger. */
const QUEUE_DELETION = `
  insert into object_deletions (object_key, not_before, attempts) values (old.object_key, 0, 0)
  on conflict (object_key) do update set not_before = 0, swept_at = null`;

const TRIGGER: Record<EngineName, readonly string[]> = {
  sqlite: [
    `create trigger attachment_previews_deleted after delete on attachment_previews begin ${QUEUE_DELETION}; end`,
  ],
  postgres: [
    `create function on_attachment_previews_deleted() returns trigger language plpgsql as $$ begin ${QUEUE_DELETION}; return null; end $$`,
    `create trigger attachment_previews_deleted after delete on attachment_previews
      for each row execute function on_attachment_previews_deleted()`,
  ],
};

/** Adds the preview pictures of files. `schema.ts` explains the columns. */
export function previews(engine: EngineName): Migration {
  const [text, instant] = engine === "sqlite" ? ["text", "integer"] : ["text", "bigint"];
  const columns = [
    `alter table attachments add column previews ${text}`,
    `alter table uploads add column completed_at ${instant}`,
    "alter table links add column show_previews integer not null default 0",
  ];
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of [...columns, TABLE[engine], ...INDEXES, ...TRIGGER[engine]]) {
        await sql.raw(statement).execute(db);
      }
    },
  };
}
