import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import { unlistedStates } from "../../domain/attachment.ts";
import type { Share, SharedAttachment, ShareWithPerson } from "../../domain/share.ts";
import type { EndingShare, Page, PageRequest, ShareQueries, ShareSubject } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { attachmentColumns, toAttachment } from "./attachments.ts";
import { orMissing } from "./constraints.ts";
import { decodeCursor, toPage } from "./cursor.ts";
import { isVisible } from "./invitations.ts";
import { isLive } from "./live-share.ts";
import { notInTrash } from "./not-in-trash.ts";

export function shareQueries(db: Kysely<Tables>, engine: Engine): ShareQueries {
  return {
    async put(subject, ...shares) {
      if (shares.length === 0) return;
      if ("noteId" in subject) await putOfNote(db, subject.noteId, shares);
      else await putOfAttachment(db, subject.attachmentId, shares);
    },

    putInvited: (subject, emails) => putInvited(db, engine, { subject, emails }),

    async delete(subject, userId) {
      const shares =
        "noteId" in subject
          ? db.deleteFrom("note_shares").where("note_id", "=", subject.noteId).where("user_id", "=", userId)
          : db
              .deleteFrom("attachment_shares")
              .where("attachment_id", "=", subject.attachmentId)
              .where("user_id", "=", userId);
      return (await shares.executeTakeFirstOrThrow()).numDeletedRows === 1n;
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

    countByAttachment: (attachmentIds, now) => countByAttachment(db, engine, { attachmentIds, now }),

    listAttachmentsFor: (userId, request) => listAttachmentsFor(db, { userId, ...request }),
  };
}

function detailsOf(share: Share) {
  return { expires_at: share.expiresAt ?? null, created_at: share.createdAt, created_by: share.createdBy };
}

type SharesTable = "note_shares" | "attachment_shares";

/** The columns that a later share replaces. A new expiry gets a new reminder. */
function newDetails(eb: ExpressionBuilder<Record<"excluded", Tables[SharesTable]>, "excluded">) {
  return {
    expires_at: eb.ref("excluded.expires_at"),
    created_at: eb.ref("excluded.created_at"),
    created_by: eb.ref("excluded.created_by"),
    reminded_at: null,
  };
}

async function putOfNote(db: Kysely<Tables>, noteId: string, shares: readonly Share[]): Promise<void> {
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

// The role is not stored, because a share of an attachment always has the role viewer.
async function putOfAttachment(db: Kysely<Tables>, attachmentId: string, shares: readonly Share[]): Promise<void> {
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

async function putInvited(
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

async function countByAttachment(
  db: Kysely<Tables>,
  engine: Engine,
  { attachmentIds, now }: { attachmentIds: readonly string[]; now: number },
): Promise<Map<string, number>> {
  const shared = db
    .selectFrom("attachment_shares as share")
    .select("share.attachment_id as subject_id")
    .where((eb) => engine.isIn(eb.ref("share.attachment_id"), engine.list(attachmentIds)))
    .where((eb) => isLive(eb.ref("share.expires_at"), now))
    .where((eb) => isVisible({ subjectId: eb.ref("share.attachment_id"), userId: eb.ref("share.user_id") }));
  const invited = db
    .selectFrom("invitations")
    .select("subject_id")
    .where((eb) => engine.isIn(eb.ref("subject_id"), engine.list(attachmentIds)))
    .where((eb) => isLive(eb.ref("expires_at"), now))
    .where("redeemed_at", "is", null);
  const rows = await db
    .selectFrom(shared.unionAll(invited).as("all"))
    .select(["subject_id", sql<number>`count(*)`.as("count")])
    .groupBy("subject_id")
    .execute();
  return new Map(rows.map((row) => [row.subject_id, row.count]));
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

async function markReminded(db: Kysely<Tables>, { share, now }: { share: EndingShare; now: number }): Promise<boolean> {
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

async function listEnding(
  db: Kysely<Tables>,
  { from, until, limit }: Parameters<ShareQueries["listEnding"]>[0],
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

/** Lists the attachments that a person reaches only by a share of the attachment itself. */
async function listAttachmentsFor(
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
