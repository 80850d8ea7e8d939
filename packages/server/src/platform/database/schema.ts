import type { Generated } from "kysely";
import type {
  AccountLinkKind,
  AdminAction,
  AttachmentState,
  AuditAction,
  EmailProof,
  FileEventKind,
  JwtIssuer,
  Language,
  LinkKind,
  LinkNotify,
  MailChoice,
  MailName,
  MailTopic,
  MessageType,
  ShareRole,
} from "./unions.ts";

/** A boolean, as both engines store it. */
type Bit = 0 | 1;

/**
 * All tables. For the tables of the accounts library (accounts-config.ts), this type lists only the columns that the queries of this folder
 * use. Instants are milliseconds since the epoch, except in the tables of the accounts library.
 */
export type Tables = {
  auth_users: { id: string; email: string; name: string; updated_at: string };
  auth_sessions: { id: string; user_id: string; token: string; expires_at: string; updated_at: string };
  auth_accounts: { user_id: string; provider_id: string; password: string | null; updated_at: string };
  /**
   * The user who belongs to a subject (`sub`) in the JWTs of an issuer. `legacy`: the issuer is unknown, because the user is older than
   * this table.
   */
  identities: {
    issuer: JwtIssuer | "legacy";
    subject: string;
    user_id: string;
  };
  people: {
    id: string;
    email: string | null;
    email_proven_by: EmailProof | null;
    /**
     * The instant of the latest statement about the email address. Null: the row is older than this column, or the user has no email
     * address.
     */
    email_stated_at: number | null;
    name: string | null;
    is_admin: Bit;
    created_at: number;
    updated_at: number;
    /** Null: the user has not signed in yet. */
    last_sign_in_at: number | null;
    /** Null: the service does not know the language yet. */
    language: Language | null;
  };
  disabled_users: {
    user_id: string;
    disabled_at: number;
  };
  notes: {
    id: string;
    owner_id: string;
    title: string;
    body: string;
    /** `title_folded` and `body_folded`: the title and the body in the form for searches (platform/text/readable-text.ts). */
    title_folded: Generated<string>;
    body_folded: Generated<string>;
    created_at: number;
    updated_at: number;
    /** The item of the trash that contains this note with its attachments. Null: the note is not in the trash (features/access/sql.ts). */
    trash_id: string | null;
    /** Null: the index for searches does not have the current text (features/notes/search-index-queries.ts). */
    is_indexed: 1 | null;
  };
  attachments: {
    id: string;
    note_id: string;
    owner_id: string;
    created_by: string;
    object_key: string;
    owns_object: Bit;
    filename: string;
    /** The filename in the form for searches (platform/text/readable-text.ts). */
    filename_folded: Generated<string>;
    content_type: string;
    size_bytes: number;
    checksum_sha256: string | null;
    state: AttachmentState;
    reject_reason: string | null;
    created_at: number;
    /**
     * The item of the trash that contains this attachment alone. Null: only its note decides whether the attachment is in the trash. Older
     * versions also set this column when they moved the note to the trash.
     */
    trash_id: string | null;
    /** Null: the index for searches does not have the current filename. */
    is_indexed: 1 | null;
  };
  uploads: {
    id: string;
    attachment_id: string;
    note_id: string;
    user_id: string;
    object_key: string;
    strategy: "put" | "multipart";
    filename: string;
    content_type: string;
    size_bytes: number;
    declared_sha256: string | null;
    staged: Bit;
    state: AttachmentState;
    expires_at: number;
    created_at: number;
    /** `bucket_upload_id` and `part_size` are null unless the upload is multipart. */
    bucket_upload_id: string | null;
    part_size: number | null;
    /** Unique for each user. Null: the client sent no key, or the service has released the key. */
    idempotency_key: string | null;
  };
  /**
   * One row for each owner who has ever had a file. Each transaction that changes the files of an owner also changes this row
   * (features/usage/queries.ts).
   */
  usage: {
    owner_id: string;
    used_bytes: number;
    files: number;
    /** The quota that an administrator set for this owner. Null: the quota of the service applies. */
    quota_bytes: number | null;
    quota_files: number | null;
  };
  /** Quota in use without an attachment: for a form upload that is running, or for a deleted file that a signed URL can store again. */
  reservations: {
    object_key: string;
    owner_id: string;
    size_bytes: number;
    expires_at: number;
  };
  /**
   * The documents of the index for searches: a note with its title and body, or a filename. For a note, both ids are the same. Each engine
   * stores the terms in its own way (engine.ts).
   */
  search_docs: { doc_id: string; note_id: string };
  /** The owners who have ever shared a note with a user. A trigger adds the rows. */
  note_sharers: { user_id: string; owner_id: string };
  /**
   * The notes and files that have ever had a share, an invitation or a link. Triggers add the rows. `subject_id`: the file, or else the note.
   */
  shared_subjects: { note_id: string; subject_id: string };
  note_shares: {
    note_id: string;
    user_id: string;
    role: ShareRole;
    expires_at: number | null;
    created_at: number;
    created_by: string;
    /** Null: the holder has not opened the note since it was shared. */
    seen_at: number | null;
    /** The instant when the service queued the mail about the expiry of the share. Null: not queued yet. */
    reminded_at: Generated<number | null>;
  };
  /** Shares of single attachments. The table has no role, because the holder of such a share is always a viewer. */
  attachment_shares: {
    attachment_id: string;
    user_id: string;
    expires_at: number | null;
    created_at: number;
    created_by: string;
    seen_at: number | null;
    /** The same as `reminded_at` in `note_shares`. */
    reminded_at: Generated<number | null>;
  };
  /**
   * A share with an email address. The invitation is open until the invited person opens the note or the file. `subject_id`: the shared
   * attachment, or else the shared note.
   */
  invitations: {
    id: string;
    subject_id: string;
    note_id: string;
    attachment_id: string | null;
    email: string;
    role: ShareRole;
    expires_at: number | null;
    user_id: string | null;
    invited_by: string;
    invited_at: number;
    generation: number;
    link_expires_at: number;
    redeemed_at: number | null;
  };
  /** An invitation of an administrator to create an account. `invited_by` null: the operator made the invitation with a command. */
  account_invitations: {
    id: string;
    email: string;
    invited_by: string | null;
    invited_at: number;
    generation: number;
    link_expires_at: number;
    redeemed_at: number | null;
  };
  adopted_objects: { source_key: string; old_id: string | null; attachment_id: string };
  /** The rules of the service that administrators have changed. `value`: JSON. */
  policy: {
    name: string;
    value: string;
  };
  access_requests: {
    note_id: string;
    user_id: string;
    requested_at: number;
    dismissed_at: number | null;
  };
  api_tokens: {
    id: string;
    user_id: string;
    label: string;
    token_hash: string;
    created_at: number;
    expires_at: number | null;
  };
  audit_events: {
    id: string;
    at: number;
    action: AuditAction;
    actor_id: string;
    note_id: string;
    owner_id: string;
    /** A JSON array of ids. */
    attachment_ids: string;
    /** A JSON object. */
    detail: string;
    /** Whether the event is routine (features/audit/audit-event.ts). The indexes contain this column, so a list can skip routine events. */
    is_routine: Bit;
  };
  /**
   * The log of what administrators did. `actor_id` null: the operator did it with a command. `subject_id`: the user, the link or the mail
   * that the action changed.
   */
  admin_events: {
    id: string;
    at: number;
    action: AdminAction;
    actor_id: string | null;
    subject_id: string;
    /** A JSON object. */
    detail: string;
  };
  object_deletions: {
    object_key: string;
    not_before: number;
    attempts: number;
    /** The instant when the service deleted the object for the first time. Null: not deleted yet. */
    swept_at: number | null;
  };
  /** Queued verifications. */
  verifications: {
    attachment_id: string;
    /** Identifies the content of the object that is verified. */
    etag: string;
    needs_scan: Bit;
    /**
     * From this instant on, a replica may lease the row and work on it. The instant is the end of a pause, or of the lease of another
     * replica.
     */
    due_at: number;
    /** The replica that runs the verification. Null: no replica runs it. */
    holder: string | null;
    attempts: number;
  };
  links: {
    id: string;
    generation: number;
    kind: LinkKind;
    note_id: string;
    owner_id: string;
    created_by: string;
    label: string;
    message: string;
    /** 1: the link contains every ready file of the note. 0: the link contains the files in `link_files`. */
    whole_note: Bit;
    expires_at: number | null;
    password_hash: string | null;
    password_version: number;
    max_claims: number | null;
    claims: number;
    opened: number;
    /** The number of URLs that all claims of the link received, including deleted claims. */
    urls_issued: number;
    last_url_expires_at: number | null;
    url_ttl_seconds: number;
    notify: LinkNotify;
    /** A JSON object for a file request, and null for a download link. */
    request: string | null;
    created_at: number;
    revoked_at: number | null;
    /** A hash of the key and the settings of the request that made the link. Null: the request had no key. */
    idempotency_key: string | null;
  };
  link_files: { link_id: string; attachment_id: string };
  link_claims: {
    id: string;
    link_id: string;
    generation: number;
    visitor_id: string;
    claimed_at: number;
    window_ends_at: number;
  };
  /** The email addresses that may open a link. A link without any row in this table works for everybody. */
  link_recipients: { link_id: string; email: string };
  /** The newest code that the service made for each email address of a link. */
  link_codes: {
    link_id: string;
    email: string;
    code_hash: string;
    expires_at: number;
  };
  /** The visitors who have proven an email address. */
  link_visitors: {
    link_id: string;
    visitor_id: string;
    email: string;
    expires_at: number;
  };
  /** The files that visitors sent to a file request. */
  visitor_files: {
    attachment_id: string;
    link_id: string;
    visitor_id: string;
    visitor_name: string | null;
    slot_id: string | null;
    /** The instant when all bytes had arrived. Null: not yet. */
    received_at: number | null;
    /** Null: the owner of the note has not opened the note since the file arrived. */
    seen_at: number | null;
  };
  /** The audit events with a `detail.linkId`. A row exists as long as its event. The event may exist longer than the link. */
  link_events: { link_id: string; event_id: string };
  /** The counters of the limits, each for one period of time (platform/limits/in-database.ts). `key` is a hash. */
  limit_counts: {
    key: string;
    count: number;
    expires_at: number;
  };
  /** The items in the trash. An item is a note with its attachments, or one attachment. */
  trash: {
    id: string;
    note_id: string;
    /** Null: the item is the note. */
    attachment_id: string | null;
    owner_id: string;
    deleted_by: string;
    deleted_at: number;
  };
  /** The items of an application that embeds the service. The files of an item are the files of its note. */
  items: {
    note_id: string;
    resource: string;
    item_id: string;
  };
  /** The file events that the service has not yet delivered to the hooks of an embedding. */
  file_events: {
    id: string;
    kind: FileEventKind;
    resource: string;
    item_id: string;
    /** A JSON object. */
    file: string;
    /**
     * From this instant on, a replica may lease the row and work on it. The instant is the end of a pause, or of the lease of another
     * replica.
     */
    due_at: number;
    attempts: number;
  };
  /** The mails that the service will send, and the mails that it gave up. */
  mails: {
    id: string;
    kind: MailName;
    email: string;
    /** A JSON object: the facts that a mail of this kind needs. */
    detail: string;
    created_at: number;
    /**
     * From this instant on, a replica may lease the row and work on it. The instant is the end of a pause, or of the lease of another
     * replica. Null: the service no longer tries.
     */
    due_at: number | null;
    attempts: number;
    given_up_at: number | null;
    /** Why the last try failed. Null: the service has not tried yet. */
    problem: string | null;
    /** Identifies a mail that still collects notices. Null: no more notices are added to this mail. */
    group_key: Generated<string | null>;
  };
  /**
   * The choices of people about mails. `holder`: the user who made the choice, or the email address whose reader turned off mails
   * (features/mail/preferences.ts).
   */
  mail_preferences: {
    holder: string;
    topic: MailTopic;
    choice: MailChoice;
  };
  /** The webhook endpoints. `owner_id` empty: the endpoint belongs to the service. */
  webhook_endpoints: {
    id: string;
    owner_id: string;
    url: string;
    /** The subscribed events as a JSON array. */
    events: string;
    description: string;
    generation: number;
    former_secret_until: number | null;
    created_at: number;
    disabled_at: number | null;
    /** Why the service disabled the endpoint. Null: the service did not disable it. */
    problem: string | null;
    /** The number of tries that failed since the last success. */
    failures: number;
    /** The service sends no request to the endpoint before this instant. */
    paused_until: number;
    succeeded_at: number | null;
    /** The id of the last audit event that a summary covers. Null: the endpoint does not subscribe to `url.issued`. */
    urls_reported_until: string | null;
  };
  /** The webhook deliveries that wait, and a log of the deliveries that have ended. */
  webhook_deliveries: {
    endpoint_id: string;
    id: string;
    type: MessageType;
    subject: string;
    body: string;
    created_at: number;
    /** The instant when the service began to try to send the message. Later than `created_at` if the message was queued again. */
    queued_at: number;
    /**
     * From this instant on, a replica may lease the row and work on it. The instant is the end of a pause, or of the lease of another
     * replica. Null: the message was delivered, or the service no longer tries.
     */
    due_at: number | null;
    attempts: number;
    delivered_at: number | null;
    given_up_at: number | null;
    /** The HTTP status of the last response. */
    status: number | null;
    problem: string | null;
  };
  account_links: {
    token_hash: string;
    kind: AccountLinkKind;
    user_id: string;
    sent_to: string | null;
    password_mark: string | null;
    expires_at: number;
  };
  /** The authenticator apps of users. `last_step`: the time step of the last accepted code, or 0 before the first code. */
  second_factors: {
    user_id: string;
    sealed_secret: string;
    /** Null: the user has not yet confirmed the app with a code. */
    confirmed_at: number | null;
    last_step: number;
  };
  recovery_codes: { user_id: string; code_hash: string };
  /** The users whose accounts are closed and will be deleted. Each of these users is also in disabled_users. */
  account_deletions: { user_id: string; by_owner: Bit; delete_at: number };
  passkeys: {
    id: string;
    user_id: string;
    credential_id: string;
    public_key: string;
    counter: number;
    /** The transports as a JSON array. */
    transports: string;
    name: string;
    created_at: number;
    last_used_at: number | null;
  };
  /**
   * One row: the lowest migration that a version of the service must contain to use this database (ADR 2). A migration that removes
   * something changes the row.
   */
  schema_compatibility: {
    id: number;
    needed_migration: string;
  };
  /** One row: the application that this database belongs to. */
  application: {
    id: number;
    name: string;
    bucket: string;
  };
  /** One row, which /readyz writes. */
  probes: {
    id: number;
    probed_at: number;
  };
  bucket_capabilities: {
    place: string;
    /** A JSON object. */
    capabilities: string;
    asked_at: number;
  };
};
