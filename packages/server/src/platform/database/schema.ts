import type { PreviewName, WebhookFailure } from "@valetkey/contract";
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

/** A boolean in the form that all engines store. */
type Bit = 0 | 1;

/**
 * The type of all tables. For the tables of the accounts library (library-options.ts), the type lists only the columns that the service
 * queries. Instants are milliseconds since the epoch, except in the tables of the accounts library.
 */
export type Tables = {
  auth_users: { id: string; email: string; name: string; updated_at: string };
  auth_sessions: { id: string; user_id: string; token: string; expires_at: string; updated_at: string };
  auth_accounts: { user_id: string; provider_id: string; password: string | null; updated_at: string };
  /** The user of a subject (`sub`) in the JWTs of an issuer. */
  identities: {
    issuer: JwtIssuer;
    subject: string;
    user_id: string;
  };
  people: {
    id: string;
    email: string | null;
    email_proven_by: EmailProof | null;
    /** When the email address was last stated. Null without an email address, and for rows that are older than the column. */
    email_stated_at: number | null;
    name: string | null;
    is_admin: Bit;
    created_at: number;
    updated_at: number;
    /** The column `last_sign_in_at` is null if the user has not signed in yet. */
    last_sign_in_at: number | null;
    /** The column `language` is null if the service does not know the language yet. */
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
    /** The item of the trash that contains the note with its files. Null outside of the trash (features/access/sql.ts). */
    trash_id: string | null;
    /** Null if the index for searches does not have the current text (features/notes/search-index-queries.ts). */
    is_indexed: 1 | null;
    /** The key of the request that created the note. A repeated request with the idempotency key gets the note of the first request. */
    idempotency_key: string | null;
  };
  /** The notes that stand first in the lists of a user. */
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
    /** The folder of the file, such as "photos/2024/". The column `path` is empty for a file without a folder. */
    path: Generated<string>;
    filename: string;
    /** The path and the filename in the form for searches (platform/text/readable-text.ts). */
    filename_folded: Generated<string>;
    content_type: string;
    size_bytes: number;
    checksum_sha256: string | null;
    state: AttachmentState;
    reject_reason: string | null;
    /** The reason of a rejection as a code with parameters, in JSON. Null for rows of older versions, which have only `reject_reason`. */
    rejection: Generated<string | null>;
    created_at: number;
    /** The item of the trash that contains only the attachment. Null: its note decides whether the attachment is in the trash. */
    trash_id: string | null;
    /** The column `is_indexed` is null if the index for searches does not have the current path and filename. */
    is_indexed: 1 | null;
    /**
     * The confirmed preview pictures as a JSON array with their names and sizes in pixels. The column `previews` repeats facts of
     * `attachment_previews`, so that a list of files reads one table. The column `previews` is null if the file has no preview picture.
     */
    previews: Generated<string | null>;
    /** The tags and the metadata of the host application as a JSON object. The column is null if the application has set neither. */
    annotations: Generated<string | null>;
  };
  /**
   * The table `file_terms` contains a row for each tag of a file, and for each member of its metadata that a search can find. The column
   * `term` is a hash. The column `note_id` repeats the note of the file, so that a search in an item reads one index.
   */
  file_terms: {
    attachment_id: string;
    term: string;
    note_id: string;
  };
  /** Contains the preview pictures of files. A trigger queues the deletion of the object of each deleted row. */
  attachment_previews: {
    attachment_id: string;
    name: PreviewName;
    object_key: string;
    /** 1: a signed URL can still write to the object, so the service copies the object before it confirms the picture. */
    staged: Bit;
    content_type: string;
    size_bytes: number;
    checksum_sha256: string;
    /** The columns `width` and `height` are null until the service has verified the stored picture. */
    width: number | null;
    height: number | null;
    created_at: number;
  };
  /** Contains the ready pictures without previews. Triggers on `attachments` add and remove the rows. */
  missing_previews: {
    attachment_id: string;
    /** The instant of the next attempt, or the end of the lease. If `due_at` is null, the file waits for a command of the operator. */
    due_at: number | null;
    attempts: number;
    /** The code of the failure of the last attempt. */
    failure: string | null;
  };
  uploads: {
    id: string;
    attachment_id: string;
    note_id: string;
    user_id: string;
    object_key: string;
    strategy: "put" | "multipart";
    /** The column `path` has the meaning of `path` in `attachments`. */
    path: Generated<string>;
    filename: string;
    content_type: string;
    size_bytes: number;
    declared_sha256: string | null;
    staged: Bit;
    state: AttachmentState;
    expires_at: number;
    created_at: number;
    /** The columns `bucket_upload_id` and `part_size` are null unless the upload is multipart. */
    bucket_upload_id: string | null;
    part_size: number | null;
    /** The idempotency key is unique for each user. Null if the client sent no key, or if the service has released the key. */
    idempotency_key: string | null;
    /** The instant when the client completed the upload. Null for an upload that is not complete, or that an earlier version completed. */
    completed_at: Generated<number | null>;
  };
  /** One row for each owner of a file, now or before. Changes together with the files (features/usage/queries.ts). */
  usage: {
    owner_id: string;
    used_bytes: number;
    files: number;
    /** The quota in bytes that an administrator set for the owner. If the quota is null, the quota of the service applies. */
    quota_bytes: number | null;
    quota_files: number | null;
  };
  /**
   * A reservation is used quota without an attachment: for a running form upload, or for a deleted file that a signed URL can store again.
   */
  reservations: {
    object_key: string;
    owner_id: string;
    size_bytes: number;
    expires_at: number;
  };
  /** A note, or the path and name of a file. For a note, `doc_id` equals `note_id`. Each engine stores terms in its way (engine.ts). */
  search_docs: { doc_id: string; note_id: string };
  /** The table `note_sharers` lists the owners who have ever shared a note with a user. A trigger adds the rows of `note_sharers`. */
  note_sharers: { user_id: string; owner_id: string };
  /** The notes and files that ever had a share, an invitation or a link, added by triggers. `subject_id`: the file, or else the note. */
  shared_subjects: { note_id: string; subject_id: string };
  note_shares: {
    note_id: string;
    user_id: string;
    role: ShareRole;
    expires_at: number | null;
    created_at: number;
    created_by: string;
    /** The column `seen_at` is null if the holder has not opened the note since the share. */
    seen_at: number | null;
    /** The instant when the service queued the mail about the expiry of the share. Null if the mail is not queued yet. */
    reminded_at: Generated<number | null>;
  };
  /** Contains the shares of single attachments. Has no role, because the holder of a file share is always a viewer. */
  attachment_shares: {
    attachment_id: string;
    user_id: string;
    expires_at: number | null;
    created_at: number;
    created_by: string;
    seen_at: number | null;
    /** The column `reminded_at` has the meaning of `reminded_at` in `note_shares`. */
    reminded_at: Generated<number | null>;
  };
  /** A share with an email address, until the invited person opens it. `subject_id`: the attachment, or else the note. */
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
  /** An invitation to create an account. `invited_by`: the administrator, or null for a command of the operator. */
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
  /** The table `policy` contains the rules of the service that administrators have changed. The column `value` is a JSON text. */
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
  /** A program that waits for the confirmation of its code in the web app. Then the token becomes an API token, and the row is deleted. */
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
    /** The column `attachment_ids` is a JSON array of ids. */
    attachment_ids: string;
    /** The column `detail` is a JSON object. */
    detail: string;
    /** Whether the event is routine (features/audit/audit-event.ts). In the indexes, so that a list can skip routine events. */
    is_routine: Bit;
  };
  /** The log of administrators. `actor_id`: null for a command of the operator. `subject_id`: the changed user, link or mail. */
  admin_events: {
    id: string;
    at: number;
    action: AdminAction;
    actor_id: string | null;
    subject_id: string;
    /** The column `detail` is a JSON object. */
    detail: string;
  };
  /** Has at most one row. Without the row, new uploads go to the bucket of the main settings (ADR 9). */
  upload_bucket: {
    id: 1;
    /** The number of the bucket for new uploads. */
    number: number;
    /** The instant since which new uploads go to the bucket. */
    since: number;
    /** The process that runs `valetkey move bucket`. The lease of a killed process ends at `held_until`. */
    holder: string | null;
    held_until: number | null;
    /** A JSON object: the place of each bucket by its number, as the settings of the last move named them. No secrets. */
    places: string | null;
  };
  object_deletions: {
    object_key: string;
    not_before: number;
    attempts: number;
    /** The instant of the first deletion of the object. The column `swept_at` is null if the object is not deleted yet. */
    swept_at: number | null;
  };
  /** The table `verifications` contains the queued verifications. */
  verifications: {
    attachment_id: string;
    /** The ETag identifies the content of the verified object. */
    etag: string;
    needs_scan: Bit;
    /**
     * From `due_at` on, a replica may lease the row and do its work. `due_at` is the end of a pause, or of the lease of another replica.
     */
    due_at: number;
    /** The replica that runs the verification. The column `holder` is null if no replica runs the verification. */
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
    /** 1: visitors see the small preview pictures of files before a download. */
    show_previews: Generated<Bit>;
    /** The column `request` is a JSON object for a file request, and null for a download link. */
    request: string | null;
    created_at: number;
    revoked_at: number | null;
    /** A hash of the key and the settings of the request that made the link. Null if the request had no key. */
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
  /** Contains the email addresses that may open a link. A link without a row in `link_recipients` works for everybody. */
  link_recipients: { link_id: string; email: string };
  /** The table `link_codes` contains the newest code that the service made for each email address of a link. */
  link_codes: {
    link_id: string;
    email: string;
    code_hash: string;
    expires_at: number;
  };
  /** The table `link_visitors` contains the visitors who have proven an email address. */
  link_visitors: {
    link_id: string;
    visitor_id: string;
    email: string;
    expires_at: number;
  };
  /** The table contains the people to whom somebody sent a link by mail. A mail to the same email address replaces the row. */
  link_mails: {
    id: string;
    link_id: string;
    email: string;
    /** The generation of the link in the mail. A later generation of the link has another URL. */
    generation: number;
    /** The hash of the code in the URL of the mail, by which the page of the link tells the receivers apart. */
    code_hash: string;
    sent_by: string;
    queued_at: number;
    /** When the mail server accepted the mail. Null: not yet. */
    sent_at: number | null;
    /** When the service stopped trying to send the mail. Null: it sent the mail, or it still tries. */
    given_up_at: number | null;
    /** The first visit, and the first download or sent file, with the URL of the mail. */
    visited_at: number | null;
    used_at: number | null;
  };
  /** The table `visitor_files` contains the files that visitors sent to a file request. */
  visitor_files: {
    attachment_id: string;
    link_id: string;
    visitor_id: string;
    visitor_name: string | null;
    slot_id: string | null;
    /** The instant when all bytes of the file had arrived. The column `received_at` is null if the bytes have not arrived yet. */
    received_at: number | null;
    /** The column `seen_at` is null if the owner has not opened the note since the file arrived. */
    seen_at: number | null;
  };
  /** The audit events with a `detail.linkId`, each as long as its event, which can outlast the link. */
  link_events: { link_id: string; event_id: string };
  /** Contains the counters of the limits, each for one period of time (platform/limits/in-database.ts). `key` contains a hash. */
  limit_counts: {
    key: string;
    count: number;
    expires_at: number;
  };
  /** The table `trash` contains the items in the trash. An item in the trash is a note with its attachments, or a single attachment. */
  trash: {
    id: string;
    note_id: string;
    /** The column `attachment_id` is null if the item is the note. */
    attachment_id: string | null;
    owner_id: string;
    deleted_by: string;
    deleted_at: number;
  };
  /** The table `items` contains the items of an application that embeds the service. The files of an item are the files of its note. */
  items: {
    note_id: string;
    resource: string;
    item_id: string;
    /** The folder in the bucket for the objects of the item, with the mark of a bucket of tenants. Null for no folder. */
    place: Generated<string | null>;
    /** The tenant that the host application chose. All items of a tenant have one owner. The column is null for no tenant. */
    tenant: Generated<string | null>;
  };
  /** The table `file_events` contains the file events that the service has not yet delivered to the hooks of an embedding. */
  file_events: {
    id: string;
    kind: FileEventKind;
    resource: string;
    item_id: string;
    /** The column `file` is a JSON object. */
    file: string;
    /**
     * From `due_at` on, a replica may lease the row and do its work. `due_at` is the end of a pause, or of the lease of another replica.
     */
    due_at: number;
    attempts: number;
    /** The id of the file. The event about a removed file waits for the earlier events with the same `file_id`. */
    file_id: Generated<string | null>;
    /** The facts about a download, as a JSON object. The column is null for other kinds of events. */
    detail: Generated<string | null>;
  };
  /** The table `hook_marks` contains the position in the audit log up to which a job has queued the calls of a hook. */
  hook_marks: {
    kind: "downloaded";
    event_id: string;
  };
  /** The table `mails` contains the waiting mails, and the mails that have finally failed. */
  mails: {
    id: string;
    kind: MailName;
    email: string;
    /** The column `detail` is a JSON object with the facts that a mail of the kind needs. */
    detail: string;
    created_at: number;
    /** When a replica may lease the row: the end of a pause or of another lease. Null if the service gave up the mail. */
    due_at: number | null;
    attempts: number;
    given_up_at: number | null;
    /** The reason why the last attempt failed. The column `problem` of a mail is null if the service has not tried to send the mail yet. */
    problem: string | null;
    /** The group key identifies a mail that still collects notices. Null if the service adds no more notices to the mail. */
    group_key: Generated<string | null>;
  };
  /** The choices of people about mails. `holder`: the user, or an email address (features/mail/preferences.ts). */
  mail_preferences: {
    holder: string;
    topic: MailTopic;
    choice: MailChoice;
  };
  /** The table `webhook_endpoints` contains the webhook endpoints. If `owner_id` is empty, the endpoint belongs to the service. */
  webhook_endpoints: {
    id: string;
    owner_id: string;
    url: string;
    /** The subscribed events are a JSON array. */
    events: string;
    description: string;
    generation: number;
    former_secret_until: number | null;
    created_at: number;
    disabled_at: number | null;
    /** The reason why the service disabled the endpoint. `problem` of an endpoint is null if the service did not disable the endpoint. */
    problem: string | null;
    /** The code of `problem`. The column `failure` is also null if an earlier version of the service wrote `problem`. */
    failure: WebhookFailure | null;
    /** The number of failed attempts since the last success. */
    failures: number;
    /** The service sends no request to the endpoint before the instant `paused_until`. */
    paused_until: number;
    succeeded_at: number | null;
    /** The id of the last audit event that a summary covers. Null if the endpoint does not subscribe to `url.issued`. */
    urls_reported_until: string | null;
  };
  /** The table `webhook_deliveries` contains the waiting webhook deliveries, and a log of the ended deliveries. */
  webhook_deliveries: {
    endpoint_id: string;
    id: string;
    type: MessageType;
    subject: string;
    body: string;
    created_at: number;
    /** When the service began to try to send the message. Later than `created_at` if it was queued again. */
    queued_at: number;
    /** When a replica may lease the row: the end of a pause or of another lease. Null after the delivery or the last try. */
    due_at: number | null;
    attempts: number;
    delivered_at: number | null;
    given_up_at: number | null;
    /** The HTTP status of the endpoint's last response. */
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
  /** Contains the authenticator apps of users. `last_step` is the time step of the last accepted code, or 0 before the first code. */
  second_factors: {
    user_id: string;
    sealed_secret: string;
    /** The column `confirmed_at` is null if the user has not yet confirmed the app with a code. */
    confirmed_at: number | null;
    last_step: number;
  };
  recovery_codes: { user_id: string; code_hash: string };
  /** Contains the users whose closed accounts the service will delete. Each user of the table is also in disabled_users. */
  account_deletions: { user_id: string; by_owner: Bit; delete_at: number };
  passkeys: {
    id: string;
    user_id: string;
    credential_id: string;
    public_key: string;
    counter: number;
    /** The transports of a passkey are a JSON array. */
    transports: string;
    name: string;
    created_at: number;
    last_used_at: number | null;
  };
  /** One row: the lowest migration that a version must contain to use the database (ADR 2). */
  schema_compatibility: {
    id: number;
    needed_migration: string;
  };
  /** The table `application` has one row: the application that owns the database. */
  application: {
    id: number;
    name: string;
    bucket: string;
    /** The buckets of tenants, as a JSON array of their names, numbers and places. A name never gets another number. */
    buckets: Generated<string | null>;
  };
  /** The table `probes` has one row, which the route /readyz writes. */
  probes: {
    id: number;
    probed_at: number;
  };
  bucket_capabilities: {
    place: string;
    /** The column `capabilities` is a JSON object. */
    capabilities: string;
    asked_at: number;
  };
};
