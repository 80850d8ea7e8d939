import type { Kysely, Selectable } from "kysely";
import type { Tables } from "../../platform/database/schema.ts";
import type { Attachment } from "./attachment.ts";
import type { Note } from "./note.ts";
import type { Upload } from "./upload.ts";

export const noteColumns = [
  "notes.id",
  "notes.owner_id",
  "notes.title",
  "notes.body",
  "notes.created_at",
  "notes.updated_at",
] as const;

export type NoteRow = Omit<Selectable<Tables["notes"]>, "title_folded" | "body_folded" | "trash_id" | "is_indexed">;

export function toNote(row: NoteRow): Note {
  return {
    id: row.id,
    ownerId: row.owner_id,
    title: row.title,
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export const attachmentColumns = [
  "attachments.id",
  "attachments.note_id",
  "attachments.owner_id",
  "attachments.created_by",
  "attachments.object_key",
  "attachments.owns_object",
  "attachments.filename",
  "attachments.content_type",
  "attachments.size_bytes",
  "attachments.checksum_sha256",
  "attachments.state",
  "attachments.reject_reason",
  "attachments.created_at",
] as const;

export type AttachmentRow = Omit<Selectable<Tables["attachments"]>, "filename_folded" | "trash_id" | "is_indexed">;

export function toAttachment(row: AttachmentRow): Attachment {
  return {
    id: row.id,
    noteId: row.note_id,
    ownerId: row.owner_id,
    createdBy: row.created_by,
    objectKey: row.object_key,
    ownsObject: row.owns_object === 1,
    filename: row.filename,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    checksum: row.checksum_sha256 === null ? undefined : { algorithm: "SHA256", value: row.checksum_sha256 },
    state: row.state,
    rejectReason: row.reject_reason ?? undefined,
    createdAt: row.created_at,
  };
}

export function selectAttachments(db: Kysely<Tables>) {
  return db.selectFrom("attachments").select(attachmentColumns);
}

export const uploadColumns = [
  "id",
  "attachment_id",
  "note_id",
  "user_id",
  "object_key",
  "strategy",
  "filename",
  "content_type",
  "size_bytes",
  "declared_sha256",
  "staged",
  "state",
  "expires_at",
  "created_at",
  "bucket_upload_id",
  "part_size",
  "idempotency_key",
] as const satisfies readonly (keyof Tables["uploads"])[];

export type UploadRow = Selectable<Tables["uploads"]>;

/** Converts a row to an upload. */
export function toUpload(row: UploadRow): Upload {
  return {
    id: row.id,
    attachmentId: row.attachment_id,
    noteId: row.note_id,
    userId: row.user_id,
    objectKey: row.object_key,
    multipart:
      row.bucket_upload_id === null || row.part_size === null
        ? undefined
        : { bucketUploadId: row.bucket_upload_id, partSize: row.part_size },
    filename: row.filename,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    declaredChecksum: row.declared_sha256 === null ? undefined : { algorithm: "SHA256", value: row.declared_sha256 },
    idempotencyKey: row.idempotency_key ?? undefined,
    staged: row.staged === 1,
    state: row.state,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}
