import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { Engine } from "../../../platform/database/engine.ts";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../../platform/database/pages.ts";
import { defineQueries } from "../../../platform/database/queries.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { orMissing } from "../../../platform/database/writes.ts";
import { unlistedStates } from "../../access/attachment.ts";
import { attachmentColumns, isLive, notInTrash, toAttachment } from "../../access/sql.ts";
import { shownToViewers } from "../../attachments/queries.ts";
import type { EndingShare, Share, SharedAttachment, ShareSubject, ShareWithPerson } from "../share.ts";
import { isVisible } from "./invitations.ts";

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

function detailsOf(share: Share) {
  return { expires_at: share.expiresAt ?? null, created_at: share.createdAt, created_by: share.createdBy };
}

type SharesTable = "note_shares" | "attachment_shares";

/** The columns that a new share for the same person replaces. The person gets a new reminder about the new expiry. */
function newDetails(eb: ExpressionBuilder<Record<"excluded", Tables[SharesTable]>, "excluded">) {
  return {
    expires_at: eb.ref("excluded.expires_at"),
    created_at: eb.ref("excluded.created_at"),
    created_by: eb.ref("excluded.created_by"),
    reminded_at: null,
  };
}

export async function putOfNote(db: Kysely<Tables>, noteId: string, shares: readonly Share[]): Promise<void> {
  const rows = shares.map((share) => {
    return { note_id: noteId, user_id: share.userId, role: share.role, ...detailsOf(share) };
  });
  const put = db
    .insertInto("note_shares")
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(["note_id", "user_id"]).doUpdateSet((eb) => ({
        role: eb.ref("excluded.role"),
        ...newDetails(eb),
      })),
    )
    .execute();
  await orMissing(put, { code: "note_not_found", message: "Note not found" });
}

// Does not store the role, because the role of a share of an attachment is always viewer.
export async function putOfAttachment(
  db: Kysely<Tables>,
  attachmentId: string,
  shares: readonly Share[],
): Promise<void> {
  const rows = shares.map((share) => {
    return { attachment_id: attachmentId, user_id: share.userId, ...detailsOf(share) };
  });
  const put = db
    .insertInto("attachment_shares")
    .values(rows)
    .onConflict((conflict) => conflict.columns(["attachment_id", "user_id"]).doUpdateSet(newDetails))
    .execute();
  await orMissing(put, { code: "attachment_not_found", message: "Attachment not found" });
}

export async function putInvited(
  db: Kysely<Tables>,
  engine: Engine,
  { subject, emails }: { subject: ShareSubject; emails: readonly string[] },
): Promise<void> {
  const subjectId = "noteId" in subject ? subject.noteId : subject.attachmentId;
  const invited = db
    .selectFrom("invitations")
    .select((eb) => [
      "subject_id",
      eb.ref("user_id").$notNull().as("user_id"),
      "expires_at",
      "invited_at",
      "invited_by",
    ])
    .where("subject_id", "=", subjectId)
    .where("user_id", "is not", null)
    .where((eb) => engine.isIn(eb.ref("email"), engine.list(emails)))
    .orderBy("user_id");
  const common = ["user_id", "expires_at", "created_at", "created_by"] as const;
  if ("noteId" in subject) {
    await db
      .insertInto("note_shares")
      .columns(["note_id", ...common, "role"])
      .expression(invited.select("role"))
      .onConflict((conflict) =>
        conflict.columns(["note_id", "user_id"]).doUpdateSet((eb) => ({
          role: eb.ref("excluded.role"),
          ...newDetails(eb),
        })),
      )
      .execute();
    return;
  }
  await db
    .insertInto("attachment_shares")
    .columns(["attachment_id", ...common])
    .expression(invited)
    .onConflict((conflict) => conflict.columns(["attachment_id", "user_id"]).doUpdateSet(newDetails))
    .execute();
}

export async function markReminded(
  db: Kysely<Tables>,
  { share, now }: { share: EndingShare; now: number },
): Promise<boolean> {
  const { noteId, attachmentId, userId, expiresAt } = share;
  const isUnchanged = { user_id: userId, expires_at: expiresAt };
  const marked =
    attachmentId === undefined
      ? db
          .updateTable("note_shares")
          .set({ reminded_at: now })
          .where((eb) => eb.and({ note_id: noteId, ...isUnchanged }))
          .where("reminded_at", "is", null)
      : db
          .updateTable("attachment_shares")
          .set({ reminded_at: now })
          .where((eb) => eb.and({ attachment_id: attachmentId, ...isUnchanged }))
          .where("reminded_at", "is", null);
  return (await marked.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
}

export async function listEnding(
  db: Kysely<Tables>,
  { from, until, limit }: { from: number; until: number; limit: number },
): Promise<EndingShare[]> {
  const ofNotes = db
    .selectFrom("note_shares")
    .select((eb) => ["note_id", eb.val<string | null>(null).as("attachment_id"), "user_id"])
    .select((eb) => eb.ref("expires_at").$notNull().as("expires_at"))
    .where("reminded_at", "is", null)
    .where("expires_at", ">", from)
    .where("expires_at", "<=", until)
    .where((eb) => eb(eb("expires_at", "-", eb.ref("created_at")), ">", until - from))
    .orderBy("expires_at")
    .limit(limit)
    .execute();
  const ofFiles = db
    .selectFrom("attachment_shares")
    .innerJoin("attachments", "attachments.id", "attachment_shares.attachment_id")
    .select(["attachments.note_id", "attachment_id", "user_id"])
    .select((eb) => eb.ref("expires_at").$notNull().as("expires_at"))
    .where("reminded_at", "is", null)
    .where("expires_at", ">", from)
    .where("expires_at", "<=", until)
    .where((eb) => eb(eb("expires_at", "-", eb.ref("attachment_shares.created_at")), ">", until - from))
    .orderBy("expires_at")
    .limit(limit)
    .execute();
  return [...(await ofNotes), ...(await ofFiles)].map((row) => ({
    noteId: row.note_id,
    attachmentId: row.attachment_id ?? undefined,
    userId: row.user_id,
    expiresAt: row.expires_at,
  }));
}

type Request = PageRequest & { userId: string; now: number };

/** Lists the attachments that a person can open only because of a share of the attachment itself, and not of its note. */
export async function listAttachmentsFor(
  db: Kysely<Tables>,
  { userId, limit, cursor, now }: Request,
): Promise<Page<SharedAttachment>> {
  const after = decodeCursor(cursor);
  const rows = await db
    .selectFrom("attachment_shares")
    .innerJoin("attachments", "attachments.id", "attachment_shares.attachment_id")
    .select(attachmentColumns)
    .select(["attachment_shares.expires_at", "attachment_shares.seen_at"])
    .where("attachment_shares.user_id", "=", userId)
    .where((eb) => isLive(eb.ref("attachment_shares.expires_at"), now))
    .where("attachments.owner_id", "!=", userId)
    .where("attachments.state", "not in", [...unlistedStates, "rejected"])
    .where(shownToViewers)
    .where(notInTrash.attachments)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("note_shares")
            .select("note_shares.note_id")
            .whereRef("note_shares.note_id", "=", "attachments.note_id")
            .where("note_shares.user_id", "=", userId)
            .where((share) => isLive(share.ref("note_shares.expires_at"), now)),
        ),
      ),
    )
    .$if(after !== undefined, (query) => query.where("attachment_shares.attachment_id", "<", after as string))
    .orderBy("attachment_shares.attachment_id", "desc")
    .limit(limit + 1)
    .execute();
  const shared = rows.map((row) => ({
    ...toAttachment(row),
    share: { expiresAt: row.expires_at ?? undefined },
    isNew: row.seen_at === null,
  }));
  return toPage(shared, limit);
}
