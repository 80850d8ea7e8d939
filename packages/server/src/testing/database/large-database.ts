import { type Kysely, sql } from "kysely";
import type { EngineName } from "../../platform/database/engine.ts";
import type { Tables } from "../../platform/database/schema.ts";

/** The number of rows in each growing table. With fewer rows, PostgreSQL would prefer to read whole tables. */
export const ROWS = 20_000;
export const MIDDLE = ROWS / 2;

/** The tables that stay small, for example because only few users are disabled. */
const SMALL_TABLES = ["disabled_users", "facts", "policy"] as const;

type Growing = Exclude<keyof Tables, (typeof SMALL_TABLES)[number]>;
/** The SQL expression for each column of row `i`. */
type Columns = Record<string, string>;

const id = (name: string, of = "i") => `'${name}-' || (${of})`;
/** A text of usual length. With short rows, the table would have few pages, and PostgreSQL would read the whole table. */
const LONG_TEXT = `'${"text ".repeat(200)}'`;
const LONG_NAME = `'${"name ".repeat(30)}.pdf'`;
const DATE = "'2030-01-01T00:00:00.000Z'";
const authDates = { created_at: DATE, updated_at: DATE };
/** The user to whom every fifth row belongs. For such a user, PostgreSQL often chooses other query plans. */
export const LARGE_USER = "user-large";
/** Each other owner has 50 rows or none, so a query for one owner reads only few rows of the table. */
const owner = `case when i % 5 = 4 then '${LARGE_USER}' else ${id("user", `i % ${ROWS / 50}`)} end`;
const fileFacts = { object_key: id("key"), filename: LONG_NAME, content_type: "'application/pdf'", size_bytes: "i" };
/** Gives only one row in 100 the value, for example because few rows wait for work. */
const oneIn100 = (value: string, other = "null") => `case when i % 100 = 0 then ${value} else ${other} end`;
const deletion = {
  trash_id: oneIn100(id("trash")),
  deleted_by: oneIn100(owner),
  // People delete old and new rows alike. With the order of the ids, PostgreSQL would read all deleted rows at once.
  deleted_at: oneIn100(`i * 7919 % ${ROWS}`),
};

/**
 * The rows of each growing table. Row 1 of each table belongs to `user-1`, `note-1`, `file-1` and `link-1`. The type requires every table,
 * so that nobody forgets a new table.
 */
const ROWS_OF: Record<Growing, Columns> = {
  auth_users: { id: id("user"), name: "'Ann'", email: id("mail"), email_verified: "true", ...authDates },
  auth_sessions: { id: id("session"), token: id("token"), expires_at: DATE, user_id: id("user"), ...authDates },
  auth_accounts: {
    id: id("account"),
    account_id: id("user"),
    provider_id: "'credential'",
    user_id: id("user"),
    password: "'hash'",
    ...authDates,
  },
  identities: { issuer: "'jwks'", subject: id("subject"), user_id: id("user") },
  people: { id: id("user"), email: id("mail"), name: "'Ann'", is_admin: "0", created_at: "i", updated_at: "i" },
  notes: {
    id: id("note"),
    owner_id: owner,
    title: "'Title'",
    body: LONG_TEXT,
    created_at: "i",
    updated_at: "i",
    ...deletion,
    is_indexed: oneIn100("null", "1"),
    idempotency_key: oneIn100(id("key")),
    resource: "'invoice'",
    item_id: id("item"),
  },
  // Each user can pin only few notes (MAX_PINS).
  note_pins: { user_id: id("user", `i % ${ROWS / 50}`), note_id: id("note"), pinned_at: "i" },
  attachments: {
    id: id("file"),
    note_id: id("note"),
    owner_id: owner,
    created_by: owner,
    owns_object: "1",
    state: "case i % 50 when 0 then 'pending' when 1 then 'rejected' else 'ready' end",
    created_at: "i",
    ...deletion,
    is_indexed: oneIn100("null", "1"),
    source_key: oneIn100(id("source")),
    ...fileFacts,
  },
  search_docs: { doc_id: id("file"), note_id: id("note") },
  note_sharers: { user_id: id("viewer"), owner_id: id("user") },
  shared_subjects: { note_id: id("note"), subject_id: id("file") },
  uploads: {
    id: id("upload"),
    attachment_id: id("file"),
    note_id: id("note"),
    user_id: owner,
    strategy: "'put'",
    staged: "0",
    state: "case i % 50 when 0 then 'pending' else 'ready' end",
    expires_at: "i",
    created_at: "i",
    ...fileFacts,
  },
  adopted_objects: { source_key: id("source"), old_id: id("old"), attachment_id: id("file") },
  usage: { owner_id: id("user"), used_bytes: "i", files: "1" },
  note_shares: {
    note_id: id("note"),
    user_id: owner,
    role: "'editor'",
    expires_at: "i * 1000",
    created_at: "i",
    created_by: owner,
  },
  attachment_shares: {
    attachment_id: id("file"),
    user_id: owner,
    expires_at: "i * 1000",
    created_at: "i",
    created_by: owner,
  },
  invitations: {
    id: id("invitation"),
    subject_id: id("note"),
    note_id: id("note"),
    email: id("mail"),
    role: "'viewer'",
    user_id: owner,
    invited_by: owner,
    invited_at: "i",
    generation: "0",
    link_expires_at: "i",
    redeemed_at: oneIn100("null", "i"),
  },
  account_invitations: {
    id: id("invitation"),
    email: id("mail"),
    invited_at: "i",
    generation: "0",
    link_expires_at: "i",
    redeemed_at: oneIn100("null", "i"),
  },
  access_requests: { note_id: id("note"), user_id: owner, requested_at: "i", dismissed_at: oneIn100("null", "i") },
  api_tokens: { id: id("token"), user_id: owner, label: "'laptop'", token_hash: id("hash"), created_at: "i" },
  audit_events: {
    // The ids sort by time, as the ids of the service do.
    id: "'event-' || (100000 + i)",
    at: "i",
    action: "case i % 10 when 0 then 'link.received' else 'url.issued' end",
    actor_id: owner,
    note_id: id("note", `i % ${ROWS / 20}`),
    owner_id: owner,
    attachment_ids: "'[]'",
    detail: "'{}'",
    is_routine: "i % 2",
  },
  admin_events: { id: id("event"), at: "i", action: "'person.disabled'", subject_id: owner, detail: "'{}'" },
  attachment_previews: {
    attachment_id: id("file"),
    name: "'small'",
    object_key: id("preview"),
    staged: "0",
    content_type: "'image/webp'",
    size_bytes: "i",
    checksum_sha256: id("sha256"),
    width: oneIn100("null", "320"),
    height: oneIn100("null", "240"),
    created_at: "i",
  },
  object_deletions: {
    object_key: id("deleted"),
    not_before: "i",
    attempts: "0",
    owner_id: owner,
    size_bytes: "1",
    reserved_until: oneIn100("i"),
  },
  file_jobs: {
    attachment_id: id("file"),
    kind: "case when i % 2 = 0 then 'preview' else 'verification' end",
    due_at: "i",
    attempts: "0",
    detail: "'etag'",
  },
  links: {
    id: id("link"),
    generation: "0",
    kind: "'download'",
    note_id: id("note"),
    owner_id: owner,
    created_by: owner,
    label: "''",
    message: "''",
    whole_note: "1",
    password_version: "0",
    claims: "0",
    opened: "0",
    urls_issued: "0",
    url_ttl_seconds: "60",
    notify: "'never'",
    created_at: "i",
  },
  link_files: { link_id: id("link"), attachment_id: id("file") },
  link_claims: {
    id: id("claim"),
    link_id: id("link"),
    generation: "0",
    visitor_id: id("visitor"),
    claimed_at: "i",
    window_ends_at: "i",
  },
  link_recipients: { link_id: id("link"), email: id("mail") },
  link_mails: {
    id: id("receiver"),
    link_id: id("link"),
    email: id("mail"),
    generation: "0",
    code_hash: "'hash'",
    sent_by: owner,
    queued_at: "i",
  },
  link_codes: { link_id: id("link"), email: id("mail"), code_hash: "'hash'", expires_at: "i" },
  token_requests: {
    token_hash: id("hash"),
    code_hash: id("code"),
    label: "'laptop'",
    client_address: "'192.0.2.1'",
    requested_at: "i",
    expires_at: "i",
  },
  link_visitors: { link_id: id("link"), visitor_id: id("visitor"), email: id("mail"), expires_at: "i" },
  visitor_files: {
    attachment_id: id("file"),
    link_id: id("link"),
    visitor_id: id("visitor"),
    visitor_name: "'Vera'",
    received_at: "i",
    seen_at: oneIn100("null", "i"),
  },
  link_events: { link_id: id("link"), event_id: "'event-' || (100000 + i)" },
  limit_counts: { key: id("key"), count: "1", expires_at: "i" },
  file_terms: { attachment_id: id("file"), term: id("term", "i % 100"), note_id: id("note") },
  file_events: {
    id: id("event"),
    kind: "case i % 10 when 0 then 'removed' else 'ready' end",
    file_id: id("file"),
    resource: "'invoice'",
    item_id: id("item"),
    file: "'{}'",
    due_at: "i",
    attempts: "0",
  },
  mails: {
    id: id("mail"),
    kind: "'password-reset'",
    email: id("mail"),
    detail: `'{"userId":"user-1","notices":[]}'`,
    created_at: "i",
    due_at: oneIn100("null", "i"),
    given_up_at: oneIn100("i"),
    attempts: "0",
    group_key: "case i % 100 when 1 then 'digest user-' || i end",
  },
  mail_preferences: { holder: "'user user-' || i", topic: "'shares'", choice: "'daily'" },
  webhook_endpoints: {
    id: id("endpoint"),
    owner_id: id("user"),
    url: "'https://example.com'",
    events: `'["url.issued"]'`,
    description: "''",
    generation: "0",
    created_at: "i",
    failures: "0",
    paused_until: "0",
    urls_reported_until: oneIn100("'event-100000'"),
  },
  webhook_deliveries: {
    endpoint_id: id("endpoint", `i % ${ROWS / 20}`),
    id: id("delivery"),
    type: "'url.issued'",
    subject: "'url.issued'",
    body: LONG_TEXT,
    created_at: "i",
    queued_at: "i",
    due_at: oneIn100("i"),
    attempts: "0",
  },
  account_links: { token_hash: id("hash"), kind: "'password-reset'", user_id: id("user"), expires_at: "i" },
  second_factors: { user_id: id("user"), sealed_secret: "'s'", last_step: "0" },
  recovery_codes: { user_id: id("user"), code_hash: id("hash") },
  account_deletions: { user_id: id("user"), by_owner: "1", delete_at: "i" },
  passkeys: {
    id: id("passkey"),
    user_id: id("user"),
    credential_id: id("credential"),
    public_key: "'k'",
    counter: "0",
    transports: "'[]'",
    name: "'phone'",
    created_at: "i",
  },
};

export const GROWING_TABLES = Object.keys(ROWS_OF) as Growing[];

/** Fills each growing table. First drops the foreign keys, because their checks would take most of the time. */
export async function fillTables(db: Kysely<Tables>, engine: EngineName): Promise<void> {
  await (engine === "sqlite" ? sql`pragma foreign_keys = off`.execute(db) : dropForeignKeys(db));
  for (const [table, columns] of Object.entries(ROWS_OF)) {
    await sql`
      with recursive rows(i) as (select 1 union all select i + 1 from rows where i < ${sql.lit(ROWS)})
      insert into ${sql.table(table)} (${sql.join(Object.keys(columns).map((name) => sql.ref(name)))})
      select ${sql.raw(Object.values(columns).join(", "))} from rows`.execute(db);
  }
  // Without statistics, PostgreSQL guesses the sizes of tables. On SQLite, the service never collects statistics, so the query plans do not
  // depend on them.
  if (engine === "postgres") await sql`analyze`.execute(db);
}

async function dropForeignKeys(db: Kysely<Tables>): Promise<void> {
  const keys = sql<{ of_table: string; name: string }>`
    select conrelid::regclass::text as of_table, conname as name from pg_constraint where contype = 'f'`;
  for (const { of_table, name } of (await keys.execute(db)).rows) {
    await sql`alter table ${sql.table(of_table)} drop constraint ${sql.ref(name)}`.execute(db);
  }
}
