import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const TABLE: Record<EngineName, string> = {
  sqlite: `
    create table link_mails (
      id text primary key not null, link_id text not null references links (id) on delete cascade, email text not null,
      generation integer not null, code_hash text not null, sent_by text not null,
      queued_at integer not null, sent_at integer, given_up_at integer, visited_at integer, used_at integer
    ) strict, without rowid`,
  postgres: `
    create table link_mails (
      id text collate "C" primary key not null, link_id text collate "C" not null references links (id) on delete cascade,
      email text not null, generation bigint not null, code_hash text collate "C" not null, sent_by text collate "C" not null,
      queued_at bigint not null, sent_at bigint, given_up_at bigint, visited_at bigint,
      used_at bigint
    )`,
};

const INDEXES = [
  "create unique index link_mails_email on link_mails (link_id, email)",
  "create index link_mails_newest on link_mails (link_id, id)",
];

/** Adds the table of the people to whom somebody sent a link by mail. `schema.ts` explains the columns. */
export function linkMails(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of [TABLE[engine], ...INDEXES]) await sql.raw(statement).execute(db);
    },
  };
}
