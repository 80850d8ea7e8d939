import type { KeyRange } from "../../platform/bucket/numbered.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { releaseReservations } from "../usage/queries.ts";
import { ENDED } from "../usage/usage.ts";
import { isInRange } from "./move-queries.ts";

/** An object that a row in the backup of the database references. The object of an unfinished upload may not exist. */
export type BackedUpObject = {
  attachmentId: string;
  objectKey: string;
  sizeBytes: number;
  sha256: string | undefined;
  kind: "file" | "preview" | "upload";
  /** Whether the upload is complete, so that the bucket must have the whole object. */
  isComplete: boolean;
};

const COMPLETE: readonly string[] = ["ready", "quarantined"];

type Page = { range: KeyRange; limit: number };

/** The queries with which `valetkey backup` finds the objects in a numbered bucket. The queries run on the copy of the database. */
export const backupQueries = defineQueries("database.backups", ({ kysely: db, engine }) => ({
  async listFiles({ range, limit }: Page): Promise<BackedUpObject[]> {
    const files = db.selectFrom("attachments").where(isInRange("object_key", range)).where("state", "not in", ENDED);
    const columns = ["id", "object_key", "size_bytes", "checksum_sha256", "state"] as const;
    const rows = await files.select(columns).orderBy("object_key").limit(limit).execute();
    return rows.map((row) => ({
      ...{ attachmentId: row.id, objectKey: row.object_key, sizeBytes: row.size_bytes },
      ...{ sha256: row.checksum_sha256 ?? undefined, kind: "file", isComplete: COMPLETE.includes(row.state) },
    }));
  },

  async listPreviews({ range, limit }: Page): Promise<BackedUpObject[]> {
    const previews = db.selectFrom("attachment_previews").where(isInRange("object_key", range));
    const columns = ["attachment_id", "object_key", "size_bytes", "checksum_sha256", "width"] as const;
    const rows = await previews.select(columns).orderBy("object_key").limit(limit).execute();
    return rows.map((row) => ({
      ...{ attachmentId: row.attachment_id, objectKey: row.object_key, sizeBytes: row.size_bytes },
      ...{ sha256: row.checksum_sha256, kind: "preview", isComplete: row.width !== null },
    }));
  },

  /** Lists the objects of unfinished uploads. A staged upload has another key than its file. */
  async listUploads({ range, limit }: Page): Promise<BackedUpObject[]> {
    const uploads = db.selectFrom("uploads").where(isInRange("object_key", range));
    const pending = uploads.where("state", "not in", [...ENDED, "ready", "quarantined"]);
    const columns = ["attachment_id", "object_key", "size_bytes"] as const;
    const rows = await pending.select(columns).orderBy("object_key").limit(limit).execute();
    return rows.map((row) => ({
      ...{ attachmentId: row.attachment_id, objectKey: row.object_key, sizeBytes: row.size_bytes },
      ...{ sha256: undefined, kind: "upload", isComplete: false },
    }));
  },

  async keysOf(attachmentIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await db
      .selectFrom("attachments")
      .select(["id", "object_key"])
      .where((eb) => engine.isIn(eb.ref("id"), engine.list(attachmentIds)))
      .execute();
    return new Map(rows.map((row) => [row.id, row.object_key]));
  },

  async dropPreview(objectKey: string): Promise<void> {
    await db.deleteFrom("attachment_previews").where("object_key", "=", objectKey).execute();
  },

  /** Changes an object key in all rows that reference the object. */
  async rename(from: string, to: string): Promise<void> {
    for (const table of ["attachments", "attachment_previews", "uploads"] as const) {
      await db.updateTable(table).set({ object_key: to }).where("object_key", "=", from).execute();
    }
  },

  /** Removes the queued deletions of a bucket that does not belong to the restored service. */
  async dropDeletions(range: KeyRange): Promise<void> {
    await releaseReservations(db, isInRange("object_key", range));
    await db.deleteFrom("object_deletions").where(isInRange("object_key", range)).execute();
  },
}));
