import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

const ID: Record<EngineName, string> = { sqlite: "text", postgres: 'text collate "C"' };

// The second column has the groups of the index `attachments_of_note`. Queries must repeat the condition with the same literals.
const INDEX = `create index attachments_of_tenant on attachments (
  owner_id,
  (case when state in ('aborted', 'expired') or trash_id is not null then 2 when state = 'pending' then 1 else 0 end),
  id
) where owner_id >= 'item:tenant:' and owner_id < 'item:tenant;'`;

/** Adds the tenants of items. `schema.ts` explains the column. */
export function tenants(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql.raw(`alter table items add column tenant ${ID[engine]}`).execute(db);
      await sql.raw(INDEX).execute(db);
    },
  };
}
