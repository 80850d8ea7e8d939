import type { PreviewName, WebhookFailure } from "@valetkey/contract";
import type { Generated } from "kysely";
import type {
  AccountLinkKind,
  AdminAction,
  AttachmentState,
  AuditAction,
  EmailProof,
  FileEventKind,
  FileJobKind,
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

/** A boolean as all engines store it. */
type Bit = 0 | 1;

/**
 * All tables with their columns. Of the tables of the accounts library (library-options.ts), the type has only the columns that the service
 * queries. Instants are milliseconds since the epoch, except in the tables of the accounts library.
 */
export type Tables = {
  auth_users: { id: string; email: string; name: string; updated_at: string };
  auth_sessions: { id: string; user_id: string; token: string; expires_at: string; updated_at: string };
  auth_accounts: { user_id: string; provider_id: string; password: string | null; updated_at: string };
  /** The user for each subject (`sub`) in the JWTs of an issuer. */
  identities: {
    issuer: JwtIssuer;
    subject: string;
    user_id: string;
  };
  people: {
    id: string;
    email: string | null;
    email_proven_by: EmailProof | null;
    /** The instant when the email address was last stated. Null without an email address, and for rows that are older than the column. */
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
    /** `title_folded` and `body_folded`: the title and the body as searches compare them (platform/text/readable-text.ts). */
    title_folded: Generated<string>;
    body_folded: Generated<string>;
    created_at: number;
    updated_at: number;
    /** The id of the deletion that moved the note with its files to the trash. Other values: see features/access/sql.ts. */
    trash_id: string | null;
    /** `deleted_by` and `deleted_at`: the user and the instant of the deletion. Null: no list of the trash shows the note. */
    deleted_by: string | null;
    deleted_at: number | null;
    /** Null: the search index does not have the current text (features/notes/search-index-queries.ts). */
    is_indexed: 1 | null;
    /** The idempotency key of the request that created the note. A repeated request with this key returns the same note. */
    idempotency_key: string | null;
    /** In an embedding, each note is an item of the application, and has the files of the item. In the service, both columns are null. */
    resource: string | null;
    item_id: string | null;
    /**
     * The folder in the bucket for the objects of the item, with the mark of the bucket if the bucket belongs to tenants. Null: no folder.
     */
    place: string | null;
    /** The tenant that the host application chose. All items of a tenant have one owner. Null: no tenant. */
    tenant: string | null;
  };
  /** The notes that a user has pinned to the top of lists. */
  note_pins: {
    user_id: string;
    note_id: string;
    pinned_at: number;
  };
  attachments: {
    id: string;
    note_id: string;
    owner_id: string;
    created_by: string;
    object_key: string;
    owns_object: Bit;
    /** The folder of the file inside the note, such as "photos/2024/". Empty for a file without a folder. */
    path: Generated<string>;
    filename: string;
    /** The path and the filename as searches compare them (platform/text/readable-text.ts). */
    filename_folded: Generated<string>;
    content_type: string;
    size_bytes: number;
    checksum_sha256: string | null;
    state: AttachmentState;
    reject_reason: string | null;
    /**
     * The reason of a rejection, as a JSON object with a code and its parameters. Null in rows of older versions, which have only
     * `reject_reason`.
     */
    rejection: Generated<string | null>;
    created_at: number;
    /**
     * The id of the deletion that moved only this attachment to the trash. Null: the attachment is in the trash exactly if its note is. The
     * columns `deleted_by` and `deleted_at` are the same as in `notes`.
     */
    trash_id: string | null;
    deleted_by: string | null;
    deleted_at: number | null;
    /** Null: the search index does not have the current path and filename. */
    is_indexed: 1 | null;
    /**
     * The confirmed previews, as a JSON array with their names and sizes in pixels. Repeats facts of `attachment_previews`, so that a list
     * of files reads one table. Null: the file has no preview.
     */
    previews: Generated<string | null>;
    /** The tags and the metadata of the host application, as a JSON object. Null: the application has set neither. */
    annotations: Generated<string | null>;
    /** The key, without its bucket, of the object that an application adopted with a copy. Null: not such a copy. */
    source_key: Generated<string | null>;
  };
  /**
   * A row for each tag of a file, and for each member of its metadata that a search can find. `term`: a hash. `note_id` repeats the note of
   * the file, so that a search in an item reads one index.
   */
  file_terms: {
    attachment_id: string;
    term: string;
    note_id: string;
  };
  /** The previews of files. A trigger queues the deletion of the object of each deleted row. */
  attachment_previews: {
    attachment_id: string;
    name: PreviewName;
    object_key: string;
    /** 1: a signed URL can still write to the object, so the service copies the object before it confirms the preview. */
    staged: Bit;
    content_type: string;
    size_bytes: number;
    checksum_sha256: string;
    /** `width` and `height` are null until the service has verified the stored picture. */
    width: number | null;
    height: number | null;
    created_at: number;
  };
  /** The work on files that continues without an HTTP request. Triggers on `attachments` add and remove the rows for previews. */
  file_jobs: {
    attachment_id: string;
    kind: FileJobKind;
    /**
     * From this instant on, a replica may lease the row and do its work. The instant is the end of a pause, or of the lease of another
     * replica. Null: the job waits for a command of the operator.
     */
    due_at: number | null;
    /** The number of leases. Each lease has another number, so a replica finds out that it has lost its lease. */
    attempts: number;
    /** For a verification: the ETag of the object, which identifies the verified content. For previews: the error code of the last attempt. */
    detail: string | null;
  };
  uploads: {
    id: string;
    attachment_id: string;
    note_id: string;
    user_id: string;
    object_key: string;
    strategy: "put" | "multipart";
    /** The same as `path` in `attachments`. */
    path: Generated<string>;
    filename: string;
    content_type: string;
    size_bytes: number;
    declared_sha256: string | null;
    staged: Bit;
    state: AttachmentState;
    expires_at: number;
    created_at: number;
    /** `bucket_upload_id` and `part_size` are null if the upload is one PUT. */
    bucket_upload_id: string | null;
    part_size: number | null;
    /** Unique for each user. Null: the client sent no idempotency key, or the service has released the key. */
    idempotency_key: string | null;
    /** The instant when the client completed the upload. Null for an upload that is not complete. */
    completed_at: Generated<number | null>;
  };
  /** A row for each id that owns or has owned a file. Changes together with the files (features/usage/queries.ts). */
  usage: {
    owner_id: string;
    used_bytes: number;
    files: number;
    /** The quota in bytes that an administrator set for the owner. Null: the quota of the service applies. */
    quota_bytes: number | null;
    quota_files: number | null;
  };
  /**
   * The documents in the search index. A document is a note, or the path and name of a file. For a note, `doc_id` equals `note_id`. Each
   * engine stores the terms in its own way (engine.ts).
   */
  search_docs: { doc_id: string; note_id: string };
  /** The owners who have ever shared a note with a user. A trigger adds the rows. */
  note_sharers: { user_id: string; owner_id: string };
  /**
   * The notes and files that have ever had a share, an invitation or a link. Triggers add the rows. `subject_id`: the file, or the note
   * itself.
   */
  shared_subjects: { note_id: string; subject_id: string };
  note_shares: {
    note_id: string;
    user_id: string;
    role: ShareRole;
    expires_at: number | null;
    created_at: number;
    created_by: string;
    /** Null: the holder of the share has not opened the note since the share. */
    seen_at: number | null;
    /** The instant when the service queued the mail about the expiry of the share. Null: the mail is not queued yet. */
    reminded_at: Generated<number | null>;
  };
  /** The shares of single attachments. Without a role, because the holder of such a share is always a viewer. */
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
  /** A share with an email address, until the invited person opens it. `subject_id`: the attachment, or the note itself. */
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
  /** The invitations to create an account. `invited_by`: the administrator, or null for a command of the operator. */
  account_invitations: {
    id: string;
    email: string;
    invited_by: string | null;
    invited_at: number;
    generation: number;
    link_expires_at: number;
    redeemed_at: number | null;
  };
  /** The objects that `valetkey adopt --list` has adopted. */
  adopted_objects: { source_key: string; old_id: string | null; attachment_id: string };
  /** The rules of the service that administrators have changed. `value`: a JSON text. */
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
    /** The last use, accurate to one hour. Null: not used yet. */
    last_used_at: number | null;
  };
  /**
   * The programs that wait until a person confirms a code in the web app. After the confirmation, the token becomes an API token, and the
   * row is deleted.
   */
  token_requests: {
    token_hash: string;
    /** A keyed hash of the code that the person types. */
    code_hash: string;
    label: string;
    /** The IP address of the program, which the person sees before the confirmation. */
    client_address: string;
    requested_at: number;
    expires_at: number;
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
    /**
     * Whether the event is routine (features/audit/audit-event.ts). The column is part of the indexes, so that a list can skip routine
     * events.
     */
    is_routine: Bit;
  };
  /** The log of administrators. `actor_id`: null for a command of the operator. `subject_id`: the changed user, link or mail. */
  admin_events: {
    id: string;
    at: number;
    action: AdminAction;
    actor_id: string | null;
    subject_id: string;
    /** A JSON object. */
    detail: string;
  };
  /**
   * The queued deletions of objects. Until `reserved_until`, the object counts with `size_bytes` in the usage of `owner_id`: for a running
   * form upload, or for a deleted file that a signed URL can store again.
   */
  object_deletions: {
    object_key: string;
    not_before: number;
    attempts: number;
    /** The instant of the first deletion of the object. Null: the object is not deleted yet. */
    swept_at: number | null;
    owner_id: string | null;
    size_bytes: number | null;
    /** Null: the object does not count in the usage. */
    reserved_until: number | null;
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
    /** 1: the link contains every ready file of the note. 0: the link contains the files in the table `link_files`. */
    whole_note: Bit;
    expires_at: number | null;
    password_hash: string | null;
    password_version: number;
    max_claims: number | null;
    claims: number;
    opened: number;
    /** The number of URLs that all claims of the link have received, including deleted claims. */
    urls_issued: number;
    last_url_expires_at: number | null;
    url_ttl_seconds: number;
    notify: LinkNotify;
    /** 1: visitors see the small previews of files before a download. */
    show_previews: Generated<Bit>;
    /** A JSON object for a file request, and null for a download link. */
    request: string | null;
    created_at: number;
    revoked_at: number | null;
    /** A hash of the idempotency key and the settings of the request that created the link. Null: the request had no key. */
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
  /** The email addresses that may open a link. A link without rows in this table works for everybody. */
  link_recipients: { link_id: string; email: string };
  /** The newest code that the service has created for each email address of a link. */
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
  /** The people to whom somebody sent a link by mail. A mail to the same email address replaces the row. */
  link_mails: {
    id: string;
    link_id: string;
    email: string;
    /** The generation of the link in the mail. A later generation of the link has another URL. */
    generation: number;
    /** The hash of the code in the URL of the mail. The code tells the page of the link which receiver opens it. */
    code_hash: string;
    sent_by: string;
    queued_at: number;
    /** The instant when the mail server accepted the mail. Null: the mail server has not accepted the mail yet. */
    sent_at: number | null;
    /** The instant when the service stopped its attempts to send the mail. Null: the service has sent the mail, or still tries. */
    given_up_at: number | null;
    /** `visited_at`: the instant of the first visit with the URL of the mail. `used_at`: the instant of the first download or sent file. */
    visited_at: number | null;
    used_at: number | null;
  };
  /** The files that visitors sent to a file request. */
  visitor_files: {
    attachment_id: string;
    link_id: string;
    visitor_id: string;
    visitor_name: string | null;
    slot_id: string | null;
    /** The instant when all bytes of the file had arrived. Null: not all bytes have arrived yet. */
    received_at: number | null;
    /** Null: the owner has not opened the note since the file arrived. */
    seen_at: number | null;
  };
  /** The audit events with a `detail.linkId`. A row exists as long as its event, which can outlast the link. */
  link_events: { link_id: string; event_id: string };
  /** The counters of the rate limits, each for one period of time (platform/limits/in-database.ts). `key` contains a hash. */
  limit_counts: {
    key: string;
    count: number;
    expires_at: number;
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
     * From this instant on, a replica may lease the row and do its work. The instant is the end of a pause, or of the lease of another
     * replica.
     */
    due_at: number;
    attempts: number;
    /** The id of the file. The event about a removed file waits for the earlier events with the same `file_id`. */
    file_id: Generated<string | null>;
    /** The facts about a download, as a JSON object. Null for other kinds of events. */
    detail: Generated<string | null>;
  };
  /** The waiting mails, and the mails that have finally failed. */
  mails: {
    id: string;
    kind: MailName;
    email: string;
    /** A JSON object with the facts that a mail of this kind needs. */
    detail: string;
    created_at: number;
    /**
     * The instant from which a replica may lease the row: the end of a pause or of another lease. Null: the service does not try to send
     * the mail any more.
     */
    due_at: number | null;
    attempts: number;
    given_up_at: number | null;
    /** The reason why the last attempt failed. Null: the service has not tried to send the mail yet. */
    problem: string | null;
    /** Identifies a mail that still collects notices. Null: the service adds no more notices to the mail. */
    group_key: Generated<string | null>;
  };
  /** The choices of people about mails. `holder`: the user, or an email address (features/mail/preferences.ts). */
  mail_preferences: {
    holder: string;
    topic: MailTopic;
    choice: MailChoice;
  };
  /** The webhook endpoints. `owner_id`: empty if the endpoint belongs to the service. */
  webhook_endpoints: {
    id: string;
    owner_id: string;
    url: string;
    /** The subscribed events, as a JSON array. */
    events: string;
    description: string;
    generation: number;
    former_secret_until: number | null;
    created_at: number;
    disabled_at: number | null;
    /** The reason why the service disabled the endpoint. Null: the service has not disabled the endpoint. */
    problem: string | null;
    /** The code of `problem`. Also null if an earlier version of the service wrote `problem`. */
    failure: WebhookFailure | null;
    /** The number of failed tries since the last success. */
    failures: number;
    /** The service sends no request to the endpoint before this instant. */
    paused_until: number;
    succeeded_at: number | null;
    /** The id of the last audit event that a summary of issued URLs covers. Null: the endpoint does not subscribe to `url.issued`. */
    urls_reported_until: string | null;
  };
  /** The waiting webhook deliveries, and a log of the ended deliveries. */
  webhook_deliveries: {
    endpoint_id: string;
    id: string;
    type: MessageType;
    subject: string;
    body: string;
    created_at: number;
    /** The instant of the start of the attempts. Later than `created_at` if the message was queued again. */
    queued_at: number;
    /**
     * The instant from which a replica may lease the row: the end of a pause or of another lease. Null: the message was delivered, or the
     * last attempt failed.
     */
    due_at: number | null;
    attempts: number;
    delivered_at: number | null;
    given_up_at: number | null;
    status: number | null;
    problem: string | null;
    failure: WebhookFailure | null;
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
  /** The users whose closed accounts the service will delete. Each of these users is also in `disabled_users`. */
  account_deletions: { user_id: string; by_owner: Bit; delete_at: number };
  passkeys: {
    id: string;
    user_id: string;
    credential_id: string;
    public_key: string;
    counter: number;
    /** A JSON array. */
    transports: string;
    name: string;
    created_at: number;
    last_used_at: number | null;
  };
  /** Single facts about the database, such as its owner, and the migrations that have run (migrate.ts). `value`: a JSON text. */
  facts: { name: string; value: string };
};
