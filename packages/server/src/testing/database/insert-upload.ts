import type { Insertable, Kysely } from "kysely";
import type { Upload } from "../../features/access/attachment.ts";
import type { Tables } from "../../platform/database/schema.ts";

/** Inserts an upload in any state. The service itself inserts only pending uploads, with `uploads.start`. */
export async function insertUpload({ kysely }: { kysely: Kysely<Tables> }, upload: Upload): Promise<void> {
  await kysely.insertInto("uploads").values(toUploadRow(upload)).execute();
}

function toUploadRow(upload: Upload): Insertable<Tables["uploads"]> {
  return {
    id: upload.id,
    attachment_id: upload.attachmentId,
    note_id: upload.noteId,
    user_id: upload.userId,
    object_key: upload.objectKey,
    strategy: upload.multipart === undefined ? "put" : "multipart",
    path: upload.path,
    filename: upload.filename,
    content_type: upload.contentType,
    size_bytes: upload.sizeBytes,
    declared_sha256: upload.declaredChecksum?.value ?? null,
    staged: upload.staged ? 1 : 0,
    state: upload.state,
    expires_at: upload.expiresAt,
    created_at: upload.createdAt,
    bucket_upload_id: upload.multipart?.bucketUploadId ?? null,
    part_size: upload.multipart?.partSize ?? null,
    idempotency_key: upload.idempotencyKey ?? null,
  };
}
