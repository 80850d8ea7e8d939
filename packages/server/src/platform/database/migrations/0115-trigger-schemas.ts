import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

/**
 * In the transaction of an application, PostgreSQL finds tables by the search path of the application. So each trigger function names its
 * schema.
 */
const FUNCTIONS: Record<EngineName, readonly string[]> = {
  sqlite: [],
  postgres: [
    `create or replace function delete_search_docs() returns trigger language plpgsql as $$
    begin
      execute format('delete from %I.search_docs using deleted where search_docs.doc_id = deleted.id', tg_table_schema);
      return null;
    end $$`,
    `create or replace function on_attachment_previews_deleted() returns trigger language plpgsql as $$
    begin
      execute format('insert into %I.object_deletions (object_key, not_before, attempts) values ($1, 0, 0)
        on conflict (object_key) do update set not_before = 0, swept_at = null', tg_table_schema) using old.object_key;
      return null;
    end $$`,
  ],
};

/** Makes the triggers on deleted files work in the transaction of an application. */
export function triggerSchemas(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of FUNCTIONS[engine]) await sql.raw(statement).execute(db);
    },
  };
}
