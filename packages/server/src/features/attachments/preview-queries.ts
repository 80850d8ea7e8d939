import type { Preview, PreviewName } from "@valetkey/contract";
import type { Selectable } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import { toColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AttachmentState } from "../../platform/database/unions.ts";
import { notInTrash } from "../access/sql.ts";
import { ENDED } from "../usage/usage.ts";

/** A preview picture of a file. `pixels`: undefined until the service has verified the stored picture. Instants are in milliseconds. */
export type StoredPreview = {
  attachmentId: string;
  name: PreviewName;
  objectKey: string;
  /** Whether a signed URL can still overwrite the object. */
  staged: boolean;
  contentType: string;
  sizeBytes: number;
  sha256: string;
  pixels: { width: number; height: number } | undefined;
  createdAt: number;
};

/** A file, with the data that decide whether its uploader may send a preview picture. */
export type PreviewedFile = {
  id: string;
  noteId: string;
  createdBy: string;
  objectKey: string;
  sizeBytes: number;
  contentType: string;
  state: AttachmentState;
  /** When the upload was completed. Undefined for an upload that is not complete. */
  completedAt: number | undefined;
};

type Of = Pick<StoredPreview, "attachmentId" | "name">;

export const previewQueries = defineQueries("database.previews", ({ kysely: db, engine }) => {
  const ofFiles = (attachmentIds: readonly string[]) =>
    db
      .selectFrom("attachment_previews")
      .selectAll()
      .where((eb) => engine.isIn(eb.ref("attachment_id"), engine.list(attachmentIds)));

  return {
    /** Finds files by id, except files in the trash. */
    async findFiles(attachmentIds: readonly string[]): Promise<Map<string, PreviewedFile>> {
      const rows = await db
        .selectFrom("attachments")
        .leftJoin("uploads", "uploads.attachment_id", "attachments.id")
        .select(["attachments.id", "attachments.note_id", "attachments.created_by", "attachments.size_bytes"])
        .select(["attachments.content_type", "attachments.state", "attachments.created_at", "uploads.completed_at"])
        .select("attachments.object_key")
        .where((eb) => engine.isIn(eb.ref("attachments.id"), engine.list(attachmentIds)))
        .where(notInTrash.attachments)
        .execute();
      return new Map(
        rows.map((row) => {
          const { id, note_id: noteId, created_by: createdBy, size_bytes: sizeBytes, content_type, state } = row;
          const completedAt = state === "pending" ? undefined : (row.completed_at ?? row.created_at);
          const file = { id, noteId, createdBy, sizeBytes, contentType: content_type, state, completedAt };
          return [id, { ...file, objectKey: row.object_key }];
        }),
      );
    },

    /** Returns the previews of the files, also unconfirmed previews, smallest first. */
    async list(attachmentIds: readonly string[]): Promise<StoredPreview[]> {
      return (await ofFiles(attachmentIds).orderBy("size_bytes").execute()).map(toPreview);
    },

    /** Returns the confirmed previews with the name `name`, by attachment id. */
    async findConfirmed(name: PreviewName, attachmentIds: readonly string[]): Promise<Map<string, StoredPreview>> {
      const rows = await ofFiles(attachmentIds).where("name", "=", name).where("width", "is not", null).execute();
      return new Map(rows.map((row) => [row.attachment_id, toPreview(row)]));
    },

    /**
     * Locks the files that can have previews, until the transaction ends. Returns their ids. Until then, nobody can delete the files or end
     * their uploads. The lock is exclusive, because two previews of one file would otherwise wait for each other in `confirm`.
     */
    async holdFiles(attachmentIds: readonly string[]): Promise<Set<string>> {
      const rows = await db
        .selectFrom("attachments")
        .select("id")
        .where((eb) => engine.isIn(eb.ref("id"), engine.list(attachmentIds)))
        .where("state", "not in", ENDED)
        .orderBy("id")
        // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
        .$if(engine.name === "postgres", (query) => query.forNoKeyUpdate())
        .execute();
      return new Set(rows.map(({ id }) => id));
    },

    /** Inserts previews, except those whose file and name already have a row. Returns the inserted previews. */
    async insert(previews: readonly StoredPreview[]): Promise<Of[]> {
      if (previews.length === 0) return [];
      const rows = await db
        .insertInto("attachment_previews")
        .values(
          previews.map((preview) => ({
            ...toColumns(preview, ["attachmentId", "name", "objectKey", "contentType", "sizeBytes", "createdAt"]),
            staged: preview.staged ? 1 : 0,
            checksum_sha256: preview.sha256,
            width: preview.pixels?.width ?? null,
            height: preview.pixels?.height ?? null,
          })),
        )
        .onConflict((conflict) => conflict.columns(["attachment_id", "name"]).doNothing())
        .returning(["attachment_id", "name"])
        .execute();
      return rows.map(({ attachment_id: attachmentId, name }) => ({ attachmentId, name }));
    },

    /** Confirms a preview of a locked file. Returns false if its row has changed since it was read. `objectKey`: the verified object. */
    async confirm(
      { attachmentId, name, objectKey: seen }: StoredPreview,
      { width, height, objectKey }: { width: number; height: number; objectKey: string },
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("attachment_previews")
        .set({ width, height, object_key: objectKey, staged: 0 })
        .where("attachment_id", "=", attachmentId)
        .where("name", "=", name)
        .where("object_key", "=", seen)
        .where("width", "is", null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      const confirmed = await ofFiles([attachmentId]).where("width", "is not", null).orderBy("size_bytes").execute();
      const previews = confirmed.map(toPreview).map(shown);
      await db
        .updateTable("attachments")
        .set({ previews: JSON.stringify(previews) })
        .where("id", "=", attachmentId)
        .execute();
      return true;
    },

    /** Deletes the older unconfirmed previews that these previews replace. A trigger queues the deletion of their objects. */
    async dropReplaced(previews: readonly Of[], before: number): Promise<void> {
      for (const [name, ofName] of Map.groupBy(previews, (preview) => preview.name)) {
        const ids = ofName.map(({ attachmentId }) => attachmentId);
        await db
          .deleteFrom("attachment_previews")
          .where((eb) => engine.isIn(eb.ref("attachment_id"), engine.list(ids)))
          .where("name", "=", name)
          .where("created_at", "<", before)
          .where("width", "is", null)
          .execute();
      }
    },

    /** Deletes up to `limit` unconfirmed previews that are older than `before`. Returns the number of deleted rows. */
    async dropUnconfirmed(before: number, limit: number): Promise<number> {
      const old = db
        .selectFrom("attachment_previews")
        .select("object_key")
        .where("created_at", "<", before)
        .where("width", "is", null)
        .orderBy("created_at")
        .limit(limit);
      const deletion = db.deleteFrom("attachment_previews").where("object_key", "in", old).where("width", "is", null);
      return Number((await deletion.executeTakeFirstOrThrow()).numDeletedRows);
    },
  };
});

/** Converts a confirmed preview to the form of a response. */
export function shown({ name, pixels }: Pick<StoredPreview, "name" | "pixels">): Preview {
  return { name, width: pixels?.width ?? 0, height: pixels?.height ?? 0 };
}

function toPreview(row: Selectable<Tables["attachment_previews"]>): StoredPreview {
  const { width, height } = row;
  return {
    attachmentId: row.attachment_id,
    name: row.name,
    objectKey: row.object_key,
    staged: row.staged === 1,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    sha256: row.checksum_sha256,
    pixels: width === null || height === null ? undefined : { width, height },
    createdAt: row.created_at,
  };
}
