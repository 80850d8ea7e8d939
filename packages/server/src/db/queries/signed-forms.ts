import type { Kysely, Selectable } from "kysely";
import type { SignedForm } from "../../domain/signed-form.ts";
import type { SignedFormQueries } from "../../usecases/ports/index.ts";
import type { SignedFormsTable, Tables } from "../schema.ts";

export function signedFormQueries(db: Kysely<Tables>): SignedFormQueries {
  return {
    async insert(form) {
      const row = {
        id: form.id,
        note_id: form.noteId,
        user_id: form.userId,
        object_key: form.objectKey,
        filename: form.filename,
        content_type: form.contentType,
        min_bytes: form.minBytes,
        max_bytes: form.maxBytes,
        upload_id: form.uploadId ?? null,
        expires_at: form.expiresAt,
        created_at: form.createdAt,
        look_at: form.lookAt,
      };
      await db.insertInto("signed_forms").values(row).execute();
    },

    async listDue(now, limit) {
      const rows = await db
        .selectFrom("signed_forms")
        .selectAll()
        .where("look_at", "<=", now)
        .orderBy("look_at")
        .limit(limit)
        .execute();
      return rows.map(toForm);
    },

    async nextLookAt() {
      const row = await db.selectFrom("signed_forms").select("look_at").orderBy("look_at").limit(1).executeTakeFirst();
      return row?.look_at;
    },

    async claim(seen, { lookAt }) {
      // Whoever moves it from the instant that both have seen has it; the other one's update finds another instant there.
      const result = await db
        .updateTable("signed_forms")
        .set({ look_at: lookAt })
        .where("id", "=", seen.id)
        .where("look_at", "=", seen.lookAt)
        .executeTakeFirstOrThrow();
      return result.numUpdatedRows === 1n;
    },

    async postpone(id, { lookAt }) {
      await db.updateTable("signed_forms").set({ look_at: lookAt }).where("id", "=", id).execute();
    },

    async setUpload(id, { uploadId, lookAt }) {
      await db.updateTable("signed_forms").set({ upload_id: uploadId, look_at: lookAt }).where("id", "=", id).execute();
    },

    async remove(id) {
      await db.deleteFrom("signed_forms").where("id", "=", id).execute();
    },
  };
}

function toForm(row: Selectable<SignedFormsTable>): SignedForm {
  return {
    id: row.id,
    noteId: row.note_id,
    userId: row.user_id,
    objectKey: row.object_key,
    filename: row.filename,
    contentType: row.content_type,
    minBytes: row.min_bytes,
    maxBytes: row.max_bytes,
    uploadId: row.upload_id ?? undefined,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    lookAt: row.look_at,
  };
}
