import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const TABLE: Record<EngineName, string> = {
  sqlite: `
    create table token_requests (
      token_hash text primary key not null, code_hash text not null, label text not null, client_address text not null,
      requested_at integer not null, expires_at integer not null
    ) strict, without rowid`,
  postgres: `
    create table token_requests (
      token_hash text collate "C" primary key not null, code_hash text collate "C" not null, label text not null,
      client_address text not null, requested_at bigint not null, expires_at bigint not null
    )`,
};

const INDEXES = [
  "create unique index token_requests_code on token_requests (code_hash)",
  "create index token_requests_expiry on token_requests (expires_at)",
];

/** Adds the table of the programs that wait for an API token. `schema.ts` explains the columns. */
export function tokenRequests(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of [TABLE[engine], ...INDEXES]) await sql.raw(statement).execute(db);
    },
  };
}
