import { type Kysely, type Selectable, sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { listEnding, markReminded } from "./ending-shares.ts";
import { isVisible } from "./invitation-queries.ts";
import { putInvited, putOfAttachment, putOfNote } from "./put-shares.ts";
import type { ShareWithPerson } from "./share.ts";
import { listAttachmentsFor } from "./shared-attachments.ts";
import type { ShareQueries, ShareSubject } from "./shares-port.ts";

export const shareQueries = defineQueries(
  "database.shares",
  ({ kysely: db, engine }): ShareQueries => ({
    async put(subject, ...shares) {
      if (shares.length === 0) return;
      if ("noteId" in subject) await putOfNote(db, subject.noteId, shares);
      else await putOfAttachment(db, subject.attachmentId, shares);
    },

    putInvited: (subject, emails) => putInvited(db, engine, { subject, emails }),

    async delete(subject, userId, only) {
      const subjectId = "noteId" in subject ? subject.noteId : subject.attachmentId;
      const shares =
        "noteId" in subject
          ? db.deleteFrom("note_shares").where("note_id", "=", subjectId).where("user_id", "=", userId)
          : db.deleteFrom("attachment_shares").where("attachment_id", "=", subjectId).where("user_id", "=", userId);
      const seen = isVisible({ subjectId: sql.val(subjectId), userId: sql.val(userId) });
      const { numDeletedRows } = await shares
        .$if(only?.isVisible === true, (query) => query.where(seen))
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    list: (subject) =>
      "noteId" in subject ? listOfNote(db, subject.noteId) : listOfAttachment(db, subject.attachmentId),

    expiryOf: (subject, userId) => expiryOf(db, { subject, userId }),

    listEnding: (window) => listEnding(db, window),

    markReminded: (share, now) => markReminded(db, { share, now }),

    async findOfNote(noteId, userId) {
      const ofUser = db.selectFrom("note_shares").where("note_id", "=", noteId).where("user_id", "=", userId);
      const row = await ofUser.select(["expires_at", "seen_at"]).executeTakeFirst();
      return row && { expiresAt: row.expires_at ?? undefined, isNew: row.seen_at === null };
    },

    async markSeen(subject, { userId, now }) {
      const shares =
        "noteId" in subject
          ? sql`update note_shares set seen_at = ${now} where note_id = ${subject.noteId}`
          : sql`update attachment_shares set seen_at = ${now} where attachment_id = ${subject.attachmentId}`;
      await sql`${shares} and user_id = ${userId} and seen_at is null`.execute(db);
    },

    listAttachmentsFor: (userId, request) => listAttachmentsFor(db, { userId, ...request }),
  }),
);

async function listOfNote(db: Kysely<Tables>, noteId: string): Promise<ShareWithPerson[]> {
  const rows = await db
    .selectFrom("note_shares as share")
    .leftJoin("people", "people.id", "share.user_id")
    .select([...shareColumns, "share.role"])
    .where("share.note_id", "=", noteId)
    .where((eb) => isVisible({ subjectId: eb.ref("share.note_id"), userId: eb.ref("share.user_id") }))
    .orderBy("share.created_at")
    .orderBy("share.user_id")
    .execute();
  return rows.map(toShare);
}

async function listOfAttachment(db: Kysely<Tables>, attachmentId: string): Promise<ShareWithPerson[]> {
  const rows = await db
    .selectFrom("attachment_shares as share")
    .leftJoin("people", "people.id", "share.user_id")
    .select(shareColumns)
    .where("share.attachment_id", "=", attachmentId)
    .where((eb) => isVisible({ subjectId: eb.ref("share.attachment_id"), userId: eb.ref("share.user_id") }))
    .orderBy("share.created_at")
    .orderBy("share.user_id")
    .execute();
  return rows.map((row) => toShare({ ...row, role: "viewer" }));
}

const shareColumns = [
  "share.user_id",
  "share.expires_at",
  "share.created_at",
  "share.created_by",
  "people.email",
  "people.name",
] as const;

type Row = Omit<Selectable<Tables["note_shares"]>, "note_id" | "reminded_at" | "seen_at"> & {
  email: string | null;
  name: string | null;
};

function toShare(row: Row): ShareWithPerson {
  return {
    userId: row.user_id,
    role: row.role,
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    createdBy: row.created_by,
    email: row.email ?? undefined,
    name: row.name ?? undefined,
  };
}

async function expiryOf(
  db: Kysely<Tables>,
  { subject, userId }: { subject: ShareSubject; userId: string },
): Promise<number | undefined> {
  const row =
    "noteId" in subject
      ? await db
          .selectFrom("note_shares")
          .select("expires_at")
          .where("note_id", "=", subject.noteId)
          .where("user_id", "=", userId)
          .executeTakeFirst()
      : await db
          .selectFrom("attachment_shares")
          .select("expires_at")
          .where("attachment_id", "=", subject.attachmentId)
          .where("user_id", "=", userId)
          .executeTakeFirst();
  return row?.expires_at ?? undefined;
}
