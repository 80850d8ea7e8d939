import type { Insertable, Kysely, Selectable } from "kysely";
import type { Attachment } from "../domain/attachment.ts";
import { DomainError } from "../domain/errors.ts";
import type { AttachmentQueries } from "../usecases/ports.ts";
import { orMissing } from "./constraints.ts";
import type { Engine } from "./engine.ts";
import type { AttachmentsTable, Tables } from "./schema.ts";

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

export function toAttachment(row: Selectable<AttachmentsTable>): Attachment {
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

function toRow(attachment: Attachment): Insertable<AttachmentsTable> {
  return {
    id: attachment.id,
    note_id: attachment.noteId,
    owner_id: attachment.ownerId,
    created_by: attachment.createdBy,
    object_key: attachment.objectKey,
    owns_object: attachment.ownsObject ? 1 : 0,
    filename: attachment.filename,
    content_type: attachment.contentType,
    size_bytes: attachment.sizeBytes,
    checksum_sha256: attachment.checksum?.value ?? null,
    state: attachment.state,
    reject_reason: attachment.rejectReason ?? null,
    created_at: attachment.createdAt,
  };
}

export function attachmentQueries(db: Kysely<Tables>, engine: Engine): AttachmentQueries {
  return {
    async insert(attachment) {
      const insert = db
        .insertInto("attachments")
        .values(toRow(attachment))
        .onConflict((conflict) => conflict.column("object_key").doNothing())
        .executeTakeFirstOrThrow();
      const result = await orMissing(insert, { code: "note_not_found", message: "Note not found" });
      if (result.numInsertedOrUpdatedRows === 0n) {
        throw new DomainError("object_already_attached", "This object is attached to a note already.");
      }
    },

    async transition(attachmentId, { from, to, checksum, rejectReason }) {
      const result = await db
        .updateTable("attachments")
        .set({
          state: to,
          ...(checksum === undefined ? {} : { checksum_sha256: checksum.value }),
          ...(rejectReason === undefined ? {} : { reject_reason: rejectReason }),
        })
        .where("id", "=", attachmentId)
        .where("state", "=", from)
        .executeTakeFirstOrThrow();
      return result.numUpdatedRows === 1n;
    },

    async find(attachmentId) {
      const row = await db
        .selectFrom("attachments")
        .select(attachmentColumns)
        .where("id", "=", attachmentId)
        .executeTakeFirst();
      return row && toAttachment(row);
    },

    async delete(attachmentId) {
      await db.deleteFrom("attachments").where("id", "=", attachmentId).execute();
    },

    async listOfNote(noteId) {
      const rows = await inOrderOfCreation(db).where("note_id", "=", noteId).execute();
      return rows.map(toAttachment);
    },

    async listOfNotes(noteIds) {
      const rows = await inOrderOfCreation(db)
        .where((eb) => engine.isIn(eb.ref("note_id"), engine.list(noteIds)))
        .execute();
      const byNote = new Map<string, Attachment[]>(noteIds.map((noteId) => [noteId, []]));
      for (const row of rows) byNote.get(row.note_id)?.push(toAttachment(row));
      return byNote;
    },

    async findByObjectKey(objectKey) {
      const row = await db
        .selectFrom("attachments")
        .select(attachmentColumns)
        .where("object_key", "=", objectKey)
        .executeTakeFirst();
      return row && toAttachment(row);
    },
  };
}

function inOrderOfCreation(db: Kysely<Tables>) {
  return db.selectFrom("attachments").select(attachmentColumns).orderBy("created_at").orderBy("id");
}
