import type { Preview, Rejection } from "@valetkey/contract";
import { type Expression, type ExpressionBuilder, type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Annotations, Attachment, Upload } from "./attachment.ts";
import type { Note } from "./note.ts";

/**
 * The `trash_id` of a note that a background job deletes permanently. Nobody can restore the note, because the queries of the trash find
 * only notes with `deleted_at`.
 */
export const PURGE = "purge";

/**
 * The `trash_id` of a staged file, which the service has verified, and which the application has not attached yet. Nobody can list, open or
 * restore the file, because it has no `deleted_at`.
 */
export const STAGED = "staged";

/** The condition that a row of the table is not in the trash. On PostgreSQL, the index for lists of notes has the same condition. */
export const notInTrash = {
  notes: sql<SqlBool>`notes.trash_id is null`,
  /** An attachment of a note in the trash is also in the trash. The cast makes SQLite read only the small index `notes_in_trash`. */
  attachments: sql<SqlBool>`(attachments.trash_id is null and not exists (
    select 1 from ${sql.table("notes")} as notes_in_trash
    where cast(notes_in_trash.id as text) = attachments.note_id and notes_in_trash.trash_id is not null))`,
  /** The condition for an attachment of a note that is not in the trash. */
  attachmentsOfNote: sql<SqlBool>`attachments.trash_id is null`,
};

/** Builds the condition that a share has not expired. `now`: milliseconds since the epoch. */
export function isLive(expiresAt: Expression<number | null>, now: Expression<number> | number) {
  return sql<SqlBool>`(${expiresAt} is null or ${expiresAt} > ${now})`;
}

export type Question = { userId: Expression<string>; now: Expression<number> };

type Scope = Question & { db: Kysely<Tables>; engine: Pick<Engine, "hasServiceTables"> };

/** Builds the expression for the role of a user on a note. The value is null if the user has no role. */
export function roleOnNote(eb: ExpressionBuilder<Tables, "notes">, scope: Scope) {
  if (!scope.engine.hasServiceTables) return roleInEmbedding(eb);
  return eb
    .case()
    .when(isDisabled(scope))
    .then(noRole)
    .when("notes.owner_id", "=", scope.userId)
    .then(sql.lit("owner"))
    .else(noteShareRole(eb.ref("notes.id"), scope))
    .end();
}

// The access decision contains this condition, because a request with a cached JWT runs no other query.
function isDisabled({ db, userId }: Scope) {
  return sql<SqlBool>`exists ${db.selectFrom("disabled_users").select("user_id").where("user_id", "=", userId)}`;
}

const noRole = sql.lit(null);

/** In an embedding, nobody has a role in the database, because the application decides about access (ADR 10). */
function roleInEmbedding<Table extends keyof Tables>(eb: ExpressionBuilder<Tables, Table>) {
  return eb.cast<string | null>(eb.lit(null), "text");
}

// A disabled user has no role. For an enabled user, the first match decides: owner of the note, live share of the note, live share of the
// attachment (viewer). The expression uses subqueries instead of joins, so that the plan of the query never depends on statistics. Each
// subquery is one search by primary key. The database skips a subquery if an earlier subquery decides.
export function roleOnAttachment(eb: ExpressionBuilder<Tables, "attachments">, scope: Scope) {
  if (!scope.engine.hasServiceTables) return roleInEmbedding(eb);
  const byNote = noteShareRole(eb.ref("attachments.note_id"), scope);
  const byAttachment = scope.db
    .selectFrom("attachment_shares")
    .select(sql.lit("viewer").as("role"))
    .where("attachment_shares.attachment_id", "=", eb.ref("attachments.id"))
    .where("attachment_shares.user_id", "=", scope.userId)
    .where((share) => isLive(share.ref("attachment_shares.expires_at"), scope.now));
  return eb
    .case()
    .when(isDisabled(scope))
    .then(noRole)
    .when("attachments.owner_id", "=", scope.userId)
    .then(sql.lit("owner"))
    .else(eb.fn.coalesce(byNote, byAttachment))
    .end();
}

function noteShareRole(noteId: Expression<string>, { db, userId, now }: Scope) {
  return db
    .selectFrom("note_shares")
    .select("note_shares.role")
    .where("note_shares.note_id", "=", noteId)
    .where("note_shares.user_id", "=", userId)
    .where((share) => isLive(share.ref("note_shares.expires_at"), now));
}

export const noteColumns = [
  "notes.id",
  "notes.owner_id",
  "notes.title",
  "notes.body",
  "notes.created_at",
  "notes.updated_at",
] as const;

export type NoteRow = Pick<
  Selectable<Tables["notes"]>,
  "id" | "owner_id" | "title" | "body" | "created_at" | "updated_at"
>;

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

/** The columns with the item of a note. In an embedding, each note is an item. */
export const itemColumns = [
  sql.ref<string>("notes.resource").as("resource"),
  sql.ref<string>("notes.item_id").as("item_id"),
] as const;

export const attachmentColumns = [
  "attachments.id",
  "attachments.note_id",
  "attachments.owner_id",
  "attachments.created_by",
  "attachments.object_key",
  "attachments.owns_object",
  "attachments.path",
  "attachments.filename",
  "attachments.content_type",
  "attachments.size_bytes",
  "attachments.checksum_sha256",
  "attachments.state",
  "attachments.reject_reason",
  "attachments.rejection",
  "attachments.created_at",
  "attachments.previews",
  "attachments.annotations",
] as const;

type Unselected = "filename_folded" | "trash_id" | "deleted_by" | "deleted_at" | "is_indexed" | "source_key";

export type AttachmentRow = Omit<Selectable<Tables["attachments"]>, Unselected>;

export function toAttachment(row: AttachmentRow): Attachment {
  return {
    id: row.id,
    noteId: row.note_id,
    ownerId: row.owner_id,
    createdBy: row.created_by,
    objectKey: row.object_key,
    ownsObject: row.owns_object === 1,
    path: row.path,
    filename: row.filename,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    checksum: row.checksum_sha256 === null ? undefined : { algorithm: "SHA256", value: row.checksum_sha256 },
    state: row.state,
    rejectReason: row.reject_reason ?? undefined,
    ...(row.rejection !== null && { rejection: JSON.parse(row.rejection) as Rejection }),
    createdAt: row.created_at,
    ...(row.previews !== null && { previews: JSON.parse(row.previews) as Preview[] }),
    ...(row.annotations !== null && { annotations: JSON.parse(row.annotations) as Annotations }),
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
  "path",
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

export type UploadRow = Omit<Selectable<Tables["uploads"]>, "completed_at">;

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
    path: row.path,
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
