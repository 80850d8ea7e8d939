import { type Insertable, type Kysely, type Selectable, sql } from "kysely";
import { DomainError } from "../../domain/errors.ts";
import type { Upload } from "../../domain/upload.ts";
import { usesCapacity } from "../../domain/usage.ts";
import type { UploadQueries } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { orMissing } from "./constraints.ts";

function toUpload(row: Selectable<Tables["uploads"]>): Upload {
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

function toRow(upload: Upload): Insertable<Tables["uploads"]> {
  return {
    id: upload.id,
    attachment_id: upload.attachmentId,
    note_id: upload.noteId,
    user_id: upload.userId,
    object_key: upload.objectKey,
    strategy: upload.multipart === undefined ? "put" : "multipart",
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

export function uploadQueries(db: Kysely<Tables>, engine: Engine): UploadQueries {
  // The indexes of pending uploads have this condition as a literal.
  const countPending = (column: "user_id" | "note_id", value: string) =>
    db
      .selectFrom("uploads")
      .select(sql<number>`count(*)`.as("count"))
      .where(column, "=", value)
      .where("state", "=", sql.lit("pending" as const))
      .executeTakeFirstOrThrow();
  const select = () => db.selectFrom("uploads").selectAll();
  return {
    async insert(upload) {
      const insert = db
        .insertInto("uploads")
        .values(toRow(upload))
        .onConflict((conflict) => conflict.columns(["user_id", "idempotency_key"]).doNothing())
        .executeTakeFirstOrThrow();
      const result = await orMissing(insert, { code: "attachment_not_found", message: "Attachment not found" });
      if (result.numInsertedOrUpdatedRows === 0n) {
        const message = "An upload with this Idempotency-Key is being started; try again.";
        throw new DomainError("idempotency_key_in_use", message);
      }
    },

    async holdStarts(userId) {
      // On SQLite a transaction is the only writer from its start.
      if (engine.name === "sqlite") return;
      await sql`select pg_advisory_xact_lock(hashtextextended(${`uploads of ${userId}`}, 0))`.execute(db);
    },

    async countPending({ userId, noteId }) {
      const ofUser = await countPending("user_id", userId);
      const ofNote = await countPending("note_id", noteId);
      return { ofUser: ofUser.count, ofNote: ofNote.count };
    },

    async find(uploadId) {
      const row = await select().where("id", "=", uploadId).executeTakeFirst();
      return row && toUpload(row);
    },

    async findOfAttachment(attachmentId) {
      const ofAttachment = select().where("attachment_id", "=", attachmentId);
      const row = await ofAttachment.orderBy("id", "desc").limit(1).executeTakeFirst();
      return row && toUpload(row);
    },

    async findByKey({ userId, idempotencyKey }) {
      const ofUser = select().where("user_id", "=", userId);
      const row = await ofUser.where("idempotency_key", "=", idempotencyKey).executeTakeFirst();
      return row && toUpload(row);
    },

    async forgetKey({ userId, idempotencyKey }, { now, startedBefore }) {
      await db
        .updateTable("uploads")
        .set({ idempotency_key: null })
        .where("user_id", "=", userId)
        .where("idempotency_key", "=", idempotencyKey)
        .where((eb) =>
          eb.or([
            eb("created_at", "<=", startedBefore),
            // No URL is signed for less than a second.
            eb.and([eb("state", "=", "pending"), eb("expires_at", "<", now + 1_000)]),
          ]),
        )
        .execute();
    },

    async transition(uploadId, { from, to }) {
      const result = await db
        .updateTable("uploads")
        .set({ state: to, ...(usesCapacity(to) ? {} : { idempotency_key: null }) })
        .where("id", "=", uploadId)
        .where("state", "=", from)
        .executeTakeFirstOrThrow();
      return result.numUpdatedRows === 1n;
    },

    async listAbandoned(before, limit) {
      const abandoned = select().where("state", "=", "pending").where("expires_at", "<", before);
      return (await abandoned.orderBy("expires_at").limit(limit).execute()).map(toUpload);
    },
  };
}
