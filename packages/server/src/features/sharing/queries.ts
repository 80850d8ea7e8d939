import { type Kysely, type Selectable, sql } from "kysely";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { listEnding, markReminded } from "./ending-shares.ts";
import { isVisible } from "./invitation-queries.ts";
import { putInvited, putOfAttachment, putOfNote } from "./put-shares.ts";
import type { EndingShare, Share, SharedAttachment, ShareSubject, ShareWithPerson } from "./share.ts";
import { listAttachmentsFor } from "./shared-attachments.ts";

export const shareQueries = defineQueries("database.shares", ({ kysely: db, engine }) => ({
  /** Creates the shares of different users with one statement, or replaces their shares of this note or attachment. */
  async put(subject: ShareSubject, ...shares: readonly Share[]): Promise<void> {
    if (shares.length === 0) return;
    if ("noteId" in subject) await putOfNote(db, subject.noteId, shares);
    else await putOfAttachment(db, subject.attachmentId, shares);
  },

  /**
   * Creates or replaces the shares of the users who have these invited email addresses. It runs one statement, even if no user has any of
   * the email addresses. So the duration does not show whether an email address belongs to a user (ADR 9).
   */
  putInvited: (subject: ShareSubject, emails: readonly string[]): Promise<void> =>
    putInvited(db, engine, { subject, emails }),

  /**
   * Deletes the share of a user. Returns false if there was no such share. `isVisible`: only if the owner sees the share, because no open
   * invitation belongs to it.
   */
  async delete(subject: ShareSubject, userId: string, only?: { isVisible: boolean }): Promise<boolean> {
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

  /** Lists the shares that the owner of the note sees. The owner sees the other shares only as open invitations. */
  list: (subject: ShareSubject): Promise<ShareWithPerson[]> =>
    "noteId" in subject ? listOfNote(db, subject.noteId) : listOfAttachment(db, subject.attachmentId),

  /** Returns the expiry of a share, or undefined if the share never expires or does not exist. */
  expiryOf: (subject: ShareSubject, userId: string): Promise<number | undefined> => expiryOf(db, { subject, userId }),

  /**
   * Lists shares that expire in this window of time. Lists only shares that were made for longer than the length of this window, and whose
   * users were not notified yet. Returns at most `limit` shares of notes and at most `limit` shares of attachments.
   */
  listEnding: (window: { from: number; until: number; limit: number }): Promise<EndingShare[]> =>
    listEnding(db, window),

  /**
   * Records that the user was notified of the expiry. Returns false if the share has changed since it was read, or if another replica has
   * already recorded the same.
   */
  markReminded: (share: EndingShare, now: number): Promise<boolean> => markReminded(db, { share, now }),

  /** Returns the share that this user has of the note, or undefined if there is none. `isNew`: the user has not opened the note yet. */
  async findOfNote(
    noteId: string,
    userId: string,
  ): Promise<{ expiresAt: number | undefined; isNew: boolean } | undefined> {
    const ofUser = db.selectFrom("note_shares").where("note_id", "=", noteId).where("user_id", "=", userId);
    const row = await ofUser.select(["expires_at", "seen_at"]).executeTakeFirst();
    return row && { expiresAt: row.expires_at ?? undefined, isNew: row.seen_at === null };
  },

  /** Marks a share as seen. Does nothing if there is no such share, or if it is already marked. */
  async markSeen(subject: ShareSubject, { userId, now }: { userId: string; now: number }): Promise<void> {
    const shares =
      "noteId" in subject
        ? sql`update note_shares set seen_at = ${now} where note_id = ${subject.noteId}`
        : sql`update attachment_shares set seen_at = ${now} where attachment_id = ${subject.attachmentId}`;
    await sql`${shares} and user_id = ${userId} and seen_at is null`.execute(db);
  },

  /**
   * Lists the attachments that are shared with this user through a valid share, newest first. Leaves out attachments that lists do not
   * show, and attachments of notes that the user has access to.
   */
  listAttachmentsFor: (userId: string, request: PageRequest & { now: number }): Promise<Page<SharedAttachment>> =>
    listAttachmentsFor(db, { userId, ...request }),
}));

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
