import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

/** The tables that only the service needs. A table stands after the tables that reference it. */
const SERVICE_TABLES = [
  ...["api_tokens", "token_requests", "identities", "disabled_users", "second_factors", "recovery_codes", "passkeys"],
  ...["account_links", "account_deletions", "account_invitations"],
  ...["auth_sessions", "auth_accounts", "auth_verifications", "auth_users"],
  ...["note_shares", "attachment_shares", "note_sharers", "invitations", "access_requests", "note_pins"],
  ...["link_recipients", "link_visitors", "link_codes", "link_mails", "shared_subjects"],
  ...["admin_events", "policy", "mails", "mail_preferences", "webhook_endpoints", "webhook_deliveries"],
  "search_docs",
];

/** The triggers of other tables that write to the tables above, with their tables. */
const TRIGGERS = {
  notes_changed_for_search: "notes",
  notes_deleted_for_search: "notes",
  attachments_changed_for_search: "attachments",
  attachments_deleted_for_search: "attachments",
  links_subject: "links",
};

const OF_ENGINE: Record<EngineName, readonly string[]> = {
  sqlite: ["drop table search_terms", ...Object.keys(TRIGGERS).map((trigger) => `drop trigger ${trigger}`)],
  postgres: [
    ...Object.entries(TRIGGERS).map(([trigger, table]) => `drop trigger ${trigger} on ${table}`),
    `drop function reset_is_indexed(), delete_search_docs(), on_links_subject()`,
  ],
};

/** The functions of triggers that PostgreSQL keeps when it drops their tables. */
const FUNCTIONS: Record<EngineName, readonly string[]> = {
  sqlite: [],
  postgres: ["note_shares_subject", "note_shares_added", "attachment_shares_subject", "invitations_subject"].map(
    (trigger) => `drop function on_${trigger}()`,
  ),
};

/**
 * Drops the tables that only the service needs, in the new database of an embedding. Earlier versions read these tables, so they refuse the
 * database.
 */
export function embeddingTables(engine: EngineName): Migration {
  const drops = SERVICE_TABLES.map((table) => `drop table ${table}`);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of [...OF_ENGINE[engine], ...drops, ...FUNCTIONS[engine]])
        await sql.raw(statement).execute(db);
      await sql`update schema_compatibility set needed_migration = '0121-embedding-tables'`.execute(db);
    },
  };
}
