import type { Generated } from "kysely";
import type { ShareRole } from "../domain/access.ts";
import type { AttachmentState } from "../domain/attachment.ts";
import type { AuditAction } from "../domain/audit-event.ts";

/** Truth as both engines store it in the same way: 0 or 1. */
export type Bit = 0 | 1;

export type PeopleTable = {
  id: string;
  email: string | null;
  name: string | null;
  is_admin: Bit;
  created_at: number;
  updated_at: number;
};

export type NotesTable = {
  id: string;
  owner_id: string;
  title: string;
  body: string;
  /** As they are searched (domain/fold.ts). */
  title_folded: Generated<string>;
  body_folded: Generated<string>;
  created_at: number;
  updated_at: number;
};

export type AttachmentsTable = {
  id: string;
  note_id: string;
  owner_id: string;
  created_by: string;
  object_key: string;
  owns_object: Bit;
  filename: string;
  /** As it is searched (domain/fold.ts). */
  filename_folded: Generated<string>;
  content_type: string;
  size_bytes: number;
  checksum_sha256: string | null;
  state: AttachmentState;
  reject_reason: string | null;
  created_at: number;
};

export type UploadsTable = {
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
  /** Both or neither: of an upload in parts. */
  bucket_upload_id: string | null;
  part_size: number | null;
  /** Unique for each user; null: none was given, or it is forgotten. */
  idempotency_key: string | null;
};

/** One row for each owner of a file, now or once: changed in the transaction that changes what it counts (usage.ts). */
export type UsageTable = {
  owner_id: string;
  used_bytes: number;
  files: number;
};

/** The room of a form upload under way, which has no attachment yet. */
export type ReservationsTable = {
  object_key: string;
  owner_id: string;
  size_bytes: number;
  expires_at: number;
};

export type NoteSharesTable = {
  note_id: string;
  user_id: string;
  role: ShareRole;
  expires_at: number | null;
  created_at: number;
  created_by: string;
};

/** It has no role: whoever holds a share of one attachment is its viewer. */
export type AttachmentSharesTable = {
  attachment_id: string;
  user_id: string;
  expires_at: number | null;
  created_at: number;
  created_by: string;
};

export type ApiTokensTable = {
  id: string;
  user_id: string;
  label: string;
  token_hash: string;
  created_at: number;
  expires_at: number | null;
};

export type AuditEventsTable = {
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
};

export type ObjectDeletionsTable = {
  object_key: string;
  not_before: number;
  attempts: number;
  /** When it went for the first time; null: it has yet to. */
  swept_at: number | null;
};

/** Queued verifications. The table keeps its old name, because replicas of the previous version still use it during an upgrade. */
export type VerificationsTable = {
  attachment_id: string;
  /** Which content of the object it is. */
  etag: string;
  needs_scan: Bit;
  /** When whoever is free may take it: the end of a pause, or of its holder's lease. */
  due_at: number;
  /** Who is at it; null: nobody. */
  holder: string | null;
  attempts: number;
};

export type BucketCapabilitiesTable = {
  place: string;
  /** A JSON object. */
  capabilities: string;
  asked_at: number;
};

/** Our tables; those of the accounts library are in auth-tables.ts. Instants are milliseconds since the epoch. */
export type Tables = {
  people: PeopleTable;
  notes: NotesTable;
  attachments: AttachmentsTable;
  uploads: UploadsTable;
  note_shares: NoteSharesTable;
  attachment_shares: AttachmentSharesTable;
  api_tokens: ApiTokensTable;
  audit_events: AuditEventsTable;
  object_deletions: ObjectDeletionsTable;
  bucket_capabilities: BucketCapabilitiesTable;
  content_checks: VerificationsTable;
  usage: UsageTable;
  reservations: ReservationsTable;
};
