import type { Selectable } from "kysely";
import type { Tables } from "../../platform/database/schema.ts";
import type { Upload } from "./upload.ts";

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
