import type { Kysely } from "kysely";
import type { Share, ShareWithPerson } from "../../domain/share.ts";
import type { ShareQueries } from "../../usecases/ports/index.ts";
import type { Tables } from "../schema.ts";
import { orMissing } from "./constraints.ts";
import { listAttachmentsFor } from "./shared-attachments.ts";

type Details = Omit<ShareWithPerson, "role" | "expiresAt" | "email" | "name">;
type Row = Details & { expiresAt: number | null; email: string | null; name: string | null };

export function shareQueries(db: Kysely<Tables>): ShareQueries {
  return {
    put: (subject, share) =>
      "noteId" in subject ? putOfNote(db, subject.noteId, share) : putOfAttachment(db, subject.attachmentId, share),

    async delete(subject, userId) {
      const result =
        "noteId" in subject
          ? await db
              .deleteFrom("note_shares")
              .where("note_id", "=", subject.noteId)
              .where("user_id", "=", userId)
              .executeTakeFirstOrThrow()
          : await db
              .deleteFrom("attachment_shares")
              .where("attachment_id", "=", subject.attachmentId)
              .where("user_id", "=", userId)
              .executeTakeFirstOrThrow();
      return result.numDeletedRows === 1n;
    },

    list: (subject) =>
      "noteId" in subject ? listOfNote(db, subject.noteId) : listOfAttachment(db, subject.attachmentId),

    listAttachmentsFor: (userId, request) => listAttachmentsFor(db, { userId, ...request }),
  };
}

function detailsOf(share: Share) {
  return { expires_at: share.expiresAt ?? null, created_at: share.createdAt, created_by: share.createdBy };
}

async function putOfNote(db: Kysely<Tables>, noteId: string, share: Share): Promise<void> {
  const change = { role: share.role, ...detailsOf(share) };
  const put = db
    .insertInto("note_shares")
    .values({ note_id: noteId, user_id: share.userId, ...change })
    .onConflict((conflict) => conflict.columns(["note_id", "user_id"]).doUpdateSet(change))
    .execute();
  await orMissing(put, { code: "note_not_found", message: "Note not found" });
}

// The role is not stored, because a share of an attachment always has the role viewer.
async function putOfAttachment(db: Kysely<Tables>, attachmentId: string, share: Share): Promise<void> {
  const change = detailsOf(share);
  const put = db
    .insertInto("attachment_shares")
    .values({ attachment_id: attachmentId, user_id: share.userId, ...change })
    .onConflict((conflict) => conflict.columns(["attachment_id", "user_id"]).doUpdateSet(change))
    .execute();
  await orMissing(put, { code: "attachment_not_found", message: "Attachment not found" });
}

async function listOfNote(db: Kysely<Tables>, noteId: string): Promise<ShareWithPerson[]> {
  const rows = await db
    .selectFrom("note_shares as share")
    .leftJoin("people", "people.id", "share.user_id")
    .select(["share.user_id as userId", "share.role", "share.expires_at as expiresAt"])
    .select(["share.created_at as createdAt", "share.created_by as createdBy", "people.email", "people.name"])
    .where("share.note_id", "=", noteId)
    .orderBy("share.created_at")
    .orderBy("share.user_id")
    .execute();
  return rows.map((row) => ({ ...optionals(row), role: row.role }));
}

async function listOfAttachment(db: Kysely<Tables>, attachmentId: string): Promise<ShareWithPerson[]> {
  const rows = await db
    .selectFrom("attachment_shares as share")
    .leftJoin("people", "people.id", "share.user_id")
    .select(["share.user_id as userId", "share.expires_at as expiresAt"])
    .select(["share.created_at as createdAt", "share.created_by as createdBy", "people.email", "people.name"])
    .where("share.attachment_id", "=", attachmentId)
    .orderBy("share.created_at")
    .orderBy("share.user_id")
    .execute();
  return rows.map((row) => ({ ...optionals(row), role: "viewer" }));
}

function optionals<T extends Row>(row: T) {
  return {
    userId: row.userId,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    expiresAt: row.expiresAt ?? undefined,
    email: row.email ?? undefined,
    name: row.name ?? undefined,
  };
}
