import { type Kysely, sql } from "kysely";
import { firstIdAt } from "../../crypto/ids.ts";
import type { DatabaseUser, EngineName } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { searchIndex, serviceTriggers, sharedTriggers } from "./triggers.ts";

/** The words of the schema below that differ between the engines. */
const WORDS: Record<EngineName, Record<string, string>> = {
  sqlite: {
    ID: "text",
    INT: "integer",
    BIT: "integer",
    BOOL: "integer",
    DATE: "date",
    NOW: "",
    // SQLite stores each row in the tree of the primary key, so it finds a row with one search.
    KEYED: "strict, without rowid",
    // SQLite checks column types only in strict tables. PostgreSQL always checks them.
    PLAIN: "strict",
    PARTITIONED: "strict, without rowid",
  },
  postgres: {
    // With this collation, PostgreSQL compares ids byte by byte, as SQLite does. The pages of a list have the same order on both engines,
    // and comparisons are faster.
    ID: 'text collate "C"',
    INT: "bigint",
    BIT: "smallint",
    BOOL: "boolean",
    DATE: "timestamptz",
    NOW: "default current_timestamp",
    KEYED: "",
    PLAIN: "",
    // The service makes the partition of each later month (features/audit/retention.ts).
    PARTITIONED: "partition by range (id)",
  },
};

// `schema.ts` explains the columns. `KEYED`: rows are found by the primary key. `PLAIN`: rows may be long.
const TABLES = `
-- The people who own, share or send files.
create table people (
  id ID primary key not null, email text, name text, is_admin BIT not null, created_at INT not null, updated_at INT not null,
  email_proven_by text, email_stated_at INT, last_sign_in_at INT, language text
) KEYED;
create index people_administrators on people (id) where is_admin = 1;
create index people_email on people (email);
create index people_newest on people (created_at, id);

-- Notes, files and uploads. There is no foreign key to people, because the id of an owner may come from a token of another application.
create table notes (
  id ID primary key not null, owner_id ID not null, created_at INT not null, updated_at INT not null, trash_id ID, deleted_by ID,
  deleted_at INT, is_indexed BIT, idempotency_key ID, resource ID, item_id ID, place ID, tenant ID, title text not null,
  title_folded text not null default '', body text not null, body_folded text not null default ''
) PLAIN;
create index notes_deleted_at on notes (deleted_at) where deleted_at is not null;
create index notes_deleted_of_owner on notes (owner_id, trash_id) where deleted_at is not null;
create unique index notes_idempotency_key on notes (owner_id, idempotency_key) where idempotency_key is not null;
create unique index notes_item on notes (resource, item_id) where resource is not null;
create index notes_place on notes (place) where place is not null;
create index notes_to_purge on notes (id) where trash_id = 'purge';
create index notes_unindexed on notes (owner_id, id) where is_indexed is null;

create table attachments (
  id ID primary key not null, note_id ID not null references notes (id) on delete cascade, owner_id ID not null,
  created_by ID not null, object_key ID not null unique, owns_object BIT not null, path text not null default '',
  filename text not null, content_type text not null, size_bytes INT not null, checksum_sha256 text, state text not null,
  created_at INT not null, reject_reason text, rejection text, filename_folded text not null default '', trash_id ID,
  deleted_by ID, deleted_at INT, is_indexed BIT, previews text, annotations text, source_key ID
) KEYED;
create unique index attachments_source on attachments (source_key) where source_key is not null;
create index attachments_deleted_at on attachments (deleted_at) where deleted_at is not null;
create index attachments_deleted_of_note on attachments (note_id, trash_id) where deleted_at is not null;
create index attachments_deleted_of_owner on attachments (owner_id, trash_id) where deleted_at is not null;
-- The index of the list of a note has first the listed files, then the pending ones (ADR 12).
create index attachments_of_note on attachments (
  note_id,
  (case when state in ('aborted', 'expired') or trash_id is not null then 2 when state = 'pending' then 1 else 0 end),
  id
);
create index attachments_staged on attachments (created_at) where trash_id = 'staged';
-- With 'not in', SQLite would build a list at each start of an upload.
create index attachments_unindexed on attachments (id, owner_id, note_id)
  where state <> 'pending' and is_indexed is null and state <> 'aborted' and state <> 'expired' and state <> 'rejected';
create index attachments_unready on attachments (note_id, state, trash_id, created_by)
  where state not in ('pending', 'ready') or trash_id is not null;
-- The second column has the groups of the index above. Queries must repeat the condition with the same literals.
create index attachments_of_tenant on attachments (
  owner_id,
  (case when state in ('aborted', 'expired') or trash_id is not null then 2 when state = 'pending' then 1 else 0 end),
  id
) where owner_id >= 'item:tenant:' and owner_id < 'item:tenant;';
-- An open page asks every few seconds whether the previews of its note have changed. The index contains all columns of that query.
create index attachments_with_previews on attachments (note_id, previews) where previews is not null;

create table attachment_previews (
  attachment_id ID not null references attachments (id) on delete cascade, name ID not null, object_key ID not null unique,
  staged BIT not null, content_type text not null, size_bytes INT not null, checksum_sha256 text not null, width INT, height INT,
  created_at INT not null, constraint attachment_previews_pk primary key (attachment_id, name)
) KEYED;
create index attachment_previews_unconfirmed on attachment_previews (created_at) where width is null;

create table file_jobs (
  attachment_id ID not null references attachments (id) on delete cascade, kind ID not null, due_at INT, attempts INT not null,
  detail text, constraint file_jobs_pk primary key (attachment_id, kind)
) KEYED;
create index file_jobs_due on file_jobs (kind, due_at) where due_at is not null;

create table file_terms (
  attachment_id ID not null references attachments (id) on delete cascade, term ID not null, note_id ID not null,
  constraint file_terms_pk primary key (attachment_id, term)
) KEYED;
create index file_terms_note on file_terms (note_id, term, attachment_id);
create index file_terms_term on file_terms (term, attachment_id);

create table uploads (
  id ID primary key not null, attachment_id ID not null references attachments (id) on delete cascade, note_id ID not null,
  user_id ID not null, object_key ID not null, strategy text not null, path text not null default '',
  filename text not null, content_type text not null, size_bytes INT not null, declared_sha256 text, state text not null,
  expires_at INT not null, created_at INT not null, completed_at INT, bucket_upload_id text, part_size INT,
  idempotency_key text, staged BIT not null default 0
) KEYED;
create index uploads_attachment on uploads (attachment_id);
create unique index uploads_idempotency_key on uploads (user_id, idempotency_key) where idempotency_key is not null;
create index uploads_object on uploads (object_key);
create index uploads_state on uploads (state, expires_at);

create table usage (
  owner_id ID primary key not null, used_bytes INT not null, files INT not null, quota_bytes INT, quota_files INT
) KEYED;

-- Objects in the bucket.
create table object_deletions (
  object_key ID primary key not null, not_before INT not null, attempts INT not null, swept_at INT, owner_id ID, size_bytes INT,
  reserved_until INT
) KEYED;
create index object_deletions_due on object_deletions (not_before);
create index object_deletions_reserved on object_deletions (reserved_until) where reserved_until is not null;

-- Links, and the files that visitors send.
create table links (
  id ID primary key not null, generation INT not null, kind text not null,
  note_id ID not null references notes (id) on delete cascade, owner_id ID not null, created_by ID not null, label text not null,
  message text not null, whole_note BIT not null, expires_at INT, password_hash text, password_version INT not null,
  max_claims INT, claims INT not null, opened INT not null, urls_issued INT not null, last_url_expires_at INT,
  url_ttl_seconds INT not null, notify text not null, show_previews BIT not null default 0, request text,
  created_at INT not null, revoked_at INT, idempotency_key ID
) PLAIN;
create index links_creator on links (created_by, id);
create index links_note on links (note_id, id);
create index links_owner on links (owner_id, id);

create table link_files (
  link_id ID not null references links (id) on delete cascade,
  attachment_id ID not null references attachments (id) on delete cascade,
  constraint link_files_pk primary key (link_id, attachment_id)
) KEYED;
create index link_files_attachment on link_files (attachment_id);

create table link_claims (
  id ID primary key not null, link_id ID not null references links (id) on delete cascade, generation INT not null,
  visitor_id ID not null, claimed_at INT not null, window_ends_at INT not null
) KEYED;
create index link_claims_link on link_claims (link_id);
create index link_claims_visitor on link_claims (visitor_id);
create index link_claims_window on link_claims (window_ends_at);

create table link_events (
  link_id ID not null, event_id ID not null, constraint link_events_pk primary key (link_id, event_id)
) KEYED;
create index link_events_event on link_events (event_id);

create table visitor_files (
  attachment_id ID primary key not null references attachments (id) on delete cascade,
  link_id ID not null references links (id) on delete cascade, visitor_id ID not null, visitor_name text, slot_id text,
  received_at INT, seen_at INT
) KEYED;
create index visitor_files_link on visitor_files (link_id);
create index visitor_files_unseen on visitor_files (link_id) where received_at is not null and seen_at is null;
create index visitor_files_visitor on visitor_files (visitor_id);

create table limit_counts (key ID primary key not null, count INT not null, expires_at INT not null) KEYED;
create index limit_counts_expiry on limit_counts (expires_at);

-- The audit log.
create table audit_events (
  id ID not null, at INT not null, action text not null, actor_id ID not null, note_id ID not null, owner_id ID not null,
  attachment_ids text not null, detail text not null, is_routine BIT not null default 0,
  constraint audit_events_pk primary key (owner_id, is_routine, id)
) PARTITIONED;
create index audit_events_note on audit_events (note_id, is_routine, id);

-- The hooks of an embedding.
create table file_events (
  id ID primary key not null, kind text not null, resource ID not null, item_id ID not null, file text not null,
  file_id ID,
  detail text, due_at INT not null, attempts INT not null
) PLAIN;
create index file_events_due on file_events (due_at);
create index file_events_file on file_events (file_id, kind);

-- Single facts about the database, such as its owner and its migrations.
create table facts (name ID primary key not null, value text not null) KEYED;
`;

/** The tables that only the service has. The tables above have no reference to them. */
const SERVICE_TABLES = `
-- How people sign in.
create table identities (
  issuer text not null, subject ID not null, user_id ID not null unique, constraint identities_pk primary key (issuer, subject)
) KEYED;

create table disabled_users (user_id ID primary key not null, disabled_at INT not null) KEYED;

create table api_tokens (
  id ID primary key not null, user_id ID not null references people (id) on delete cascade, label text not null,
  token_hash ID not null unique, created_at INT not null, expires_at INT,
  last_used_at INT
) KEYED;
create index api_tokens_user on api_tokens (user_id);

create table token_requests (
  token_hash ID primary key not null, code_hash ID not null unique, label text not null, client_address text not null,
  requested_at INT not null, expires_at INT not null
) KEYED;
create index token_requests_expiry on token_requests (expires_at);

-- The tables of the accounts library. It chooses the names and types of their columns.
create table auth_users (
  id text primary key not null, name text not null, email text not null unique, email_verified BOOL not null, image text,
  created_at DATE NOW not null, updated_at DATE NOW not null
);

create table auth_sessions (
  id text primary key not null, expires_at DATE not null, token text not null unique, created_at DATE NOW not null,
  updated_at DATE not null, ip_address text, user_agent text, user_id text not null references auth_users (id) on delete cascade
);
create index auth_sessions_expires_at on auth_sessions (expires_at);
create index auth_sessions_user_id_idx on auth_sessions (user_id);

create table auth_accounts (
  id text primary key not null, account_id text not null, provider_id text not null,
  user_id text not null references auth_users (id) on delete cascade, access_token text, refresh_token text, id_token text,
  access_token_expires_at DATE, refresh_token_expires_at DATE, scope text, password text, created_at DATE NOW not null,
  updated_at DATE not null
);
create index auth_accounts_user_id_idx on auth_accounts (user_id);

create table auth_verifications (
  id text primary key not null, identifier text not null, value text not null, expires_at DATE not null,
  created_at DATE NOW not null, updated_at DATE NOW not null
);
create index auth_verifications_identifier_idx on auth_verifications (identifier);

-- What the service adds to accounts.
create table account_links (
  token_hash ID primary key not null, kind text not null, user_id ID not null, sent_to text, password_mark text,
  expires_at INT not null
) KEYED;
create index account_links_expiry on account_links (expires_at);
create index account_links_user on account_links (user_id);

create table account_deletions (user_id ID primary key not null, by_owner BIT not null, delete_at INT not null) KEYED;
create index account_deletions_due on account_deletions (delete_at);

create table account_invitations (
  id ID primary key not null, email ID not null unique, invited_by ID, invited_at INT not null, generation INT not null,
  link_expires_at INT not null, redeemed_at INT
) KEYED;
create index account_invitations_expiry on account_invitations (link_expires_at);
create index account_invitations_open on account_invitations (id) where redeemed_at is null;

create table second_factors (
  user_id ID not null references auth_users (id) on delete cascade, sealed_secret text not null, confirmed_at INT,
  last_step INT not null, constraint second_factors_pk primary key (user_id)
) KEYED;

create table recovery_codes (
  user_id ID not null references auth_users (id) on delete cascade, code_hash ID not null,
  constraint recovery_codes_pk primary key (user_id, code_hash)
) KEYED;

create table passkeys (
  user_id ID not null references auth_users (id) on delete cascade, id ID primary key not null, credential_id text not null unique,
  public_key text not null, counter INT not null, transports text not null, name text not null, created_at INT not null,
  last_used_at INT
) PLAIN;
create index passkeys_user on passkeys (user_id);

-- Who else has access.
create table note_shares (
  note_id ID not null references notes (id) on delete cascade, user_id ID not null, role text not null, expires_at INT,
  created_at INT not null, created_by ID not null, reminded_at INT, seen_at INT,
  constraint note_shares_pk primary key (note_id, user_id)
) KEYED;
create index note_shares_ending on note_shares (expires_at) where expires_at is not null and reminded_at is null;
create index note_shares_user on note_shares (user_id, note_id);

create table attachment_shares (
  attachment_id ID not null references attachments (id) on delete cascade, user_id ID not null, expires_at INT,
  created_at INT not null, created_by ID not null, reminded_at INT, seen_at INT,
  constraint attachment_shares_pk primary key (attachment_id, user_id)
) KEYED;
create index attachment_shares_ending on attachment_shares (expires_at) where expires_at is not null and reminded_at is null;
create index attachment_shares_user on attachment_shares (user_id, attachment_id);

create table note_sharers (
  user_id ID not null, owner_id ID not null, constraint note_sharers_pk primary key (user_id, owner_id)
) KEYED;

create table shared_subjects (
  note_id ID not null, subject_id ID not null, constraint shared_subjects_pk primary key (note_id, subject_id)
) KEYED;

create table invitations (
  id ID primary key not null, subject_id ID not null, note_id ID not null references notes (id) on delete cascade,
  attachment_id ID references attachments (id) on delete cascade, email ID not null, role text not null, expires_at INT,
  user_id ID, invited_by ID not null, invited_at INT not null, generation INT not null, link_expires_at INT not null,
  redeemed_at INT
) KEYED;
create index invitations_attachment_id on invitations (attachment_id);
create index invitations_email on invitations (email);
create index invitations_invited_by on invitations (invited_by);
create index invitations_note_id on invitations (note_id);
create index invitations_old on invitations (link_expires_at) where redeemed_at is not null;
create unique index invitations_subject on invitations (subject_id, email);
create index invitations_user_id on invitations (user_id);

create table access_requests (
  note_id ID not null references notes (id) on delete cascade, user_id ID not null, requested_at INT not null, dismissed_at INT,
  constraint access_requests_pk primary key (note_id, user_id)
) KEYED;
create index access_requests_user on access_requests (user_id);

create table note_pins (
  user_id ID not null, note_id ID not null references notes (id) on delete cascade, pinned_at INT not null,
  constraint note_pins_pk primary key (user_id, note_id)
) KEYED;
create index note_pins_note_id on note_pins (note_id);

-- The visitors of links.
create table link_recipients (
  link_id ID not null references links (id) on delete cascade, email text not null,
  constraint link_recipients_pk primary key (link_id, email)
) KEYED;

create table link_visitors (
  link_id ID not null references links (id) on delete cascade, visitor_id ID not null, email text not null,
  expires_at INT not null, constraint link_visitors_pk primary key (link_id, visitor_id)
) KEYED;
create index link_visitors_expiry on link_visitors (expires_at);

create table link_codes (
  link_id ID not null references links (id) on delete cascade, email text not null, code_hash text not null,
  expires_at INT not null, constraint link_codes_pk primary key (link_id, email)
) KEYED;
create index link_codes_expiry on link_codes (expires_at);

create table link_mails (
  id ID primary key not null, link_id ID not null references links (id) on delete cascade, email text not null,
  generation INT not null, code_hash ID not null, sent_by ID not null, queued_at INT not null, sent_at INT, given_up_at INT,
  visited_at INT, used_at INT
) KEYED;
create unique index link_mails_email on link_mails (link_id, email);
create index link_mails_newest on link_mails (link_id, id);

create table adopted_objects (source_key ID primary key not null, old_id ID unique, attachment_id ID not null) KEYED;

-- The rules and the log of administrators.
create table policy (name ID primary key not null, value text not null) KEYED;

create table admin_events (
  id ID primary key not null, at INT not null, action text not null, actor_id ID, subject_id ID not null, detail text not null
) PLAIN;

-- Outboxes: mails and webhooks.
create table mails (
  id ID primary key not null, kind text not null, email text not null, detail text not null, created_at INT not null, due_at INT,
  attempts INT not null, given_up_at INT, problem text, group_key text
) PLAIN;
create index mails_due on mails (due_at);
create index mails_given_up on mails (given_up_at) where given_up_at is not null;
create unique index mails_group on mails (group_key);
create index mails_listed on mails ((case when given_up_at is null then 0 else 1 end), id);
create index mails_oldest on mails ((case when group_key is null then created_at else due_at end)) where due_at is not null;

create table mail_preferences (
  holder ID not null, topic text not null, choice text not null, constraint mail_preferences_pk primary key (holder, topic)
) KEYED;

create table webhook_endpoints (
  id ID primary key not null, owner_id ID not null, url text not null, events text not null, description text not null,
  generation INT not null, former_secret_until INT, created_at INT not null, disabled_at INT, problem text, failure ID, failures INT not null,
  paused_until INT not null, succeeded_at INT, urls_reported_until ID
) KEYED;
create index webhook_endpoints_owner on webhook_endpoints (owner_id);
create index webhook_endpoints_urls on webhook_endpoints (id) where urls_reported_until is not null;

create table webhook_deliveries (
  endpoint_id ID not null, id ID not null, type text not null, subject ID not null, body text not null, created_at INT not null,
  queued_at INT not null, due_at INT, attempts INT not null, delivered_at INT, given_up_at INT, status INT, problem text, failure ID,
  constraint webhook_deliveries_pk primary key (endpoint_id, id)
) PLAIN;
create index webhook_deliveries_age on webhook_deliveries (created_at);
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, due_at, id) where due_at is not null;
create index webhook_deliveries_oldest on webhook_deliveries (queued_at) where due_at is not null;
create index webhook_deliveries_subject on webhook_deliveries (endpoint_id, subject, id) where due_at is not null;
`;

const OF_ENGINE: Record<EngineName, string> = {
  // To reach a column, SQLite reads the whole row with the body. These indexes have all columns that a list of notes needs, so the query
  // reads only an index. The index `notes_summary` also has the name of the item. SQLite uses the index of an expression only for the same
  // expression. Each access decision finds a note of the trash in `notes_in_trash`, and does not read the row.
  sqlite: `
create index notes_owner on notes (owner_id, trash_id, id, title, substr(body, 1, 200), created_at, updated_at);
create index notes_summary on notes (
  id, owner_id, trash_id, title, substr(body, 1, 200), created_at, updated_at, resource, item_id
);
create index notes_in_trash on notes ((cast(id as text))) where trash_id is not null;
create index notes_changed on notes (owner_id, trash_id, updated_at, id);
create index notes_titled on notes (owner_id, trash_id, substr(title_folded, 1, 60), id);
create index audit_events_issued on audit_events (id) where action = 'url.issued';
create index uploads_pending_user_id on uploads (user_id) where state = 'pending';
`,
  // PostgreSQL stores long texts outside of the row, and its indexes can't hold such long entries. The index `audit_events_id` stores only
  // the range of ids of each few pages, so it costs almost nothing when a URL is issued.
  postgres: `
create index notes_owner on notes (owner_id, id) where trash_id is null;
create index notes_of_owner on notes (owner_id, id);
create index notes_changed on notes (owner_id, updated_at, id) where trash_id is null;
create index notes_titled on notes (owner_id, (substr(title_folded, 1, 60) collate "C"), id) where trash_id is null;
create index notes_in_trash on notes (id) where trash_id is not null;
create index audit_events_id on audit_events using brin (id) with (pages_per_range = 16, autosummarize = on);
create index uploads_pending_user_id on uploads (user_id) where state = 'pending' and user_id is not null;
`,
};

/** Creates the tables, indexes and triggers of version 0.1.0. An embedding does not get the tables that only the service has. */
export async function createInitialSchema(
  db: Kysely<Tables>,
  { engine, usedBy }: { engine: EngineName; usedBy: DatabaseUser },
): Promise<void> {
  const isService = usedBy === "service";
  const text = [TABLES, OF_ENGINE[engine], isService ? SERVICE_TABLES : ""].join("\n");
  const statements = text
    .replace(/\b[A-Z]+\b/g, (word) => WORDS[engine][word] ?? word)
    .replace(/^ *--.*$/gm, "")
    .split(";\n")
    .filter((statement) => statement.trim() !== "");
  const partitions = engine === "postgres" ? firstPartitions() : [];
  const triggers = [sharedTriggers, ...(isService ? [searchIndex, serviceTriggers] : [])].flatMap((of) => of(engine));
  for (const statement of [...statements, ...partitions, ...triggers]) await sql.raw(statement).execute(db);
}

/** Returns the statements for the partition of all ids until the end of this month, and for the partition of all later ids. */
function firstPartitions(): string[] {
  const now = new Date();
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
  const month = next.toISOString().slice(0, 7).replace("-", "_");
  const end = `'${firstIdAt(next.getTime())}'`;
  return [
    `create table audit_events_0 partition of audit_events for values from (minvalue) to (${end})`,
    `create table audit_events_${month} partition of audit_events for values from (${end}) to (maxvalue)`,
  ];
}
