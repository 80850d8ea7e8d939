import { type Expression, type Kysely, type Selectable, sql } from "kysely";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../../platform/database/pages.ts";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns, toColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { orMissing } from "../../../platform/database/writes.ts";
import { type Attachment, unlistedStates } from "../../access/attachment.ts";
import { type AttachmentRow, attachmentColumns, notInTrash, toAttachment } from "../../access/sql.ts";
import { isUnready } from "../../attachments/queries.ts";
import { ENDED } from "../../usage/usage.ts";
import type { RequestUsage, VisitorFile, VisitorUpload } from "../file-request.ts";

type LinkVisitor = { linkId: string; visitorId: string };

export const visitorFileQueries = defineQueries("database.visitorFiles", ({ kysely: db, engine }) => {
  const uploadsOf = ({ linkId, visitorId }: LinkVisitor) =>
    db
      .selectFrom("visitor_files")
      .innerJoin("attachments", "attachments.id", "visitor_files.attachment_id")
      .innerJoin("uploads", "uploads.attachment_id", "attachments.id")
      .select(attachmentColumns)
      .select(["uploads.id as upload_id", "uploads.filename as sent_filename", ...fileColumns])
      .where("visitor_files.link_id", "=", linkId)
      .where("visitor_files.visitor_id", "=", visitorId)
      .where(notInTrash.attachments);

  return {
    /** Stores the data of a visitor's file. The caller must call `insert` in a transaction. Throws `link_not_found` for a deleted link. */
    async insert(file: VisitorFile): Promise<void> {
      const row = toColumns(file, ["attachmentId", "linkId", "visitorId", "visitorName", "slotId", "receivedAt"]);
      const insert = db.insertInto("visitor_files").values(row).execute();
      await orMissing(insert, "link");
    },

    async find(attachmentId: string): Promise<VisitorFile | undefined> {
      const files = db.selectFrom("visitor_files").select(fileColumns);
      const row = await files.where("attachment_id", "=", attachmentId).executeTakeFirst();
      return row && fromColumns(row);
    },

    /** Returns the upload if this visitor started the upload through this link. */
    async findUpload({ uploadId, ...of }: LinkVisitor & { uploadId: string }): Promise<VisitorUpload | undefined> {
      const row = await uploadsOf(of).where("uploads.id", "=", uploadId).executeTakeFirst();
      return row && toSent(row);
    },

    /** Lists the uploads of a visitor through a link, oldest first. Omits aborted and expired uploads. */
    async listUploads(of: LinkVisitor): Promise<VisitorUpload[]> {
      const listed = uploadsOf(of).where("attachments.state", "not in", unlistedStates);
      const rows = await listed.orderBy("attachments.id").execute();
      return rows.map(toSent);
    },

    /** Returns one page of a note's files that wait for a review, in the order of creation. */
    async pageOfQuarantined(
      noteId: string,
      { limit, cursor }: PageRequest,
    ): Promise<Page<{ id: string; attachment: Attachment; file: VisitorFile }>> {
      const after = decodeCursor(cursor);
      const rows = await db
        .selectFrom("attachments")
        .innerJoin("visitor_files", "visitor_files.attachment_id", "attachments.id")
        .select([...attachmentColumns, ...fileColumns])
        .where("attachments.note_id", "=", noteId)
        .where("attachments.state", "=", "quarantined")
        .where(isUnready)
        .where(notInTrash.attachments)
        .$if(after !== undefined, (query) => query.where("attachments.id", ">", after as string))
        .orderBy("attachments.id")
        .limit(limit + 1)
        .execute();
      return toPage(
        rows.map((row) => ({ id: row.id, attachment: toAttachment(row), file: toFile(row) })),
        limit,
      );
    },

    /** Locks a file request until the transaction ends, so that the result of `usageOf` stays correct. */
    async holdLink(linkId: string): Promise<void> {
      // SQLite needs no lock, because a transaction is the only writer from its start.
      if (engine.name === "sqlite") return;
      await db.selectFrom("links").select("id").where("id", "=", linkId).forUpdate().execute();
    },

    /** Returns the number and size of the files that visitors sent to a file request. Failed, rejected and deleted files do not count. */
    async usageOf(linkId: string): Promise<RequestUsage> {
      const rows = await db
        .selectFrom("visitor_files")
        .innerJoin("attachments", "attachments.id", "visitor_files.attachment_id")
        .select(["attachments.size_bytes", "visitor_files.slot_id"])
        .where("visitor_files.link_id", "=", linkId)
        .where("attachments.state", "not in", ENDED)
        .where(notInTrash.attachments)
        .execute();
      return {
        files: rows.length,
        bytes: rows.reduce((sum, row) => sum + row.size_bytes, 0),
        filledSlots: rows.flatMap(({ slot_id }) => (slot_id === null ? [] : [slot_id])),
      };
    },

    /** Records the instant at which all bytes of a file had arrived. Only the first call for a file has an effect. */
    async markReceived(attachmentId: string, receivedAt: number): Promise<void> {
      await db
        .updateTable("visitor_files")
        .set({ received_at: receivedAt })
        .where("attachment_id", "=", attachmentId)
        .where("received_at", "is", null)
        .execute();
    },

    /** Returns whether files of visitors have arrived since the owner last opened the note. */
    async hasUnseen(noteId: string): Promise<boolean> {
      return (await unseenFilesOf(db, sql.val(noteId)).limit(1).executeTakeFirst()) !== undefined;
    },

    /** Marks a received file as seen by the owner, for example after the file has left the note. The receipt of the file stays valid. */
    async markFileSeen(attachmentId: string, now: number): Promise<void> {
      const files = db.updateTable("visitor_files").set({ seen_at: now }).where("attachment_id", "=", attachmentId);
      await files.where("seen_at", "is", null).execute();
    },

    /** Marks the received files of the note as seen by the owner. */
    async markSeen(noteId: string, now: number): Promise<void> {
      await db
        .updateTable("visitor_files")
        .set({ seen_at: now })
        .where("link_id", "in", db.selectFrom("links").select("id").where("note_id", "=", noteId))
        .where("received_at", "is not", null)
        .where("seen_at", "is", null)
        .execute();
    },
  };
});

/** Selects the id of the note for each received file that the owner of the note has not seen. */
function unseenOf(db: Kysely<Tables>) {
  return db
    .selectFrom("links")
    .innerJoin("visitor_files", "visitor_files.link_id", "links.id")
    .select("links.note_id")
    .where("visitor_files.received_at", "is not", null)
    .where("visitor_files.seen_at", "is", null);
}

/** Selects a row for each received file of a note that the owner of the note has not seen. */
export function unseenFilesOf(db: Kysely<Tables>, noteId: Expression<string>) {
  return unseenOf(db).where("links.note_id", "=", noteId);
}

const fileColumns = [
  "visitor_files.attachment_id",
  "visitor_files.link_id",
  "visitor_files.visitor_id",
  "visitor_files.visitor_name",
  "visitor_files.slot_id",
  "visitor_files.received_at",
] as const;

type FileRow = Omit<Selectable<Tables["visitor_files"]>, "seen_at">;
type SentRow = AttachmentRow & FileRow & { upload_id: string; sent_filename: string };

/** Converts a row for the visitor. Uses the original filename, even if the owner has renamed the file. */
function toSent(row: SentRow): VisitorUpload {
  const attachment = { ...toAttachment(row), filename: row.sent_filename };
  return { uploadId: row.upload_id, attachment, file: toFile(row) };
}

function toFile({ attachment_id, link_id, visitor_id, visitor_name, slot_id, received_at }: FileRow): VisitorFile {
  return fromColumns({ attachment_id, link_id, visitor_id, visitor_name, slot_id, received_at });
}
