import { type InsertQueryBuilder, type InsertResult, type Kysely, sql } from "kysely";
import { newestFirst, type Page, type PageRequest } from "../../../platform/database/pages.ts";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { orMissing } from "../../../platform/database/writes.ts";
import { unlistedStates } from "../../access/attachment.ts";
import { attachmentColumns, isLive, notInTrash, toAttachment } from "../../access/sql.ts";
import { shownToViewers } from "../../attachments/queries.ts";
import type { EndingShare, HeldShare, Share, SharedAttachment, ShareSubject, ShareWithPerson } from "../share.ts";
import { isVisible } from "./invitations.ts";

export const shareQueries = defineQueries("database.shares", ({ kysely: db, engine }) => {
  const ofUser = (subject: ShareSubject, userId: string) => {
    const { table, column, id } = placeOf(subject);
    return db.selectFrom(table).where(column, "=", id).where("user_id", "=", userId);
  };
  return {
    /**
     * Makes other transactions that compare and replace shares of this note or of its files wait until this transaction ends. A stronger
     * lock would also stop transactions that hold an invitation and insert a share, and could cause a deadlock. SQLite needs no lock,
     * because a transaction on SQLite is the only writer from its start.
     */
    async holdAll(noteId: string): Promise<void> {
      if (engine.name !== "postgres") return;
      await db.selectFrom("notes").select("id").where("id", "=", noteId).forNoKeyUpdate().execute();
    },

    /** Creates or replaces the shares of several users with one statement. */
    async put(subject: ShareSubject, ...shares: readonly Share[]): Promise<void> {
      if (shares.length === 0) return;
      const place = placeOf(subject);
      const rows = shares.map(({ userId, role, expiresAt, createdAt, createdBy }) => ({
        [place.column]: place.id,
        user_id: userId,
        ...(place.isNote ? { role } : NO_ROLE),
        expires_at: expiresAt ?? null,
        created_at: createdAt,
        created_by: createdBy,
      }));
      const put = replacing(db.insertInto(place.table).values(rows), place).execute();
      await orMissing(put, place.isNote ? "note" : "attachment");
    },

    /**
     * Creates or replaces the shares of the users who hold these invited email addresses. Runs one statement even if no user holds any of
     * the addresses. So the duration does not reveal whether an email address belongs to a user (ADR 8).
     */
    async putInvited(subject: ShareSubject, emails: readonly string[]): Promise<void> {
      const place = placeOf(subject);
      const invited = db
        .selectFrom("invitations")
        .select(["subject_id", "user_id", "expires_at", "invited_at", "invited_by"])
        .$if(place.isNote, (query) => query.select("role"))
        .where("subject_id", "=", place.id)
        .where("user_id", "is not", null)
        .where((eb) => engine.isIn(eb.ref("email"), engine.list(emails)))
        .orderBy("user_id");
      const columns = [place.column, "user_id", "expires_at", "created_at", "created_by"] as const;
      const insert = db.insertInto(place.table).columns(place.isNote ? [...columns, "role"] : columns);
      await replacing(insert.expression(invited), place).execute();
    },

    /** Deletes a share. Returns false if the share does not exist. With `isVisible`, deletes only a share that the owner sees. */
    async delete(subject: ShareSubject, userId: string, only?: { isVisible: boolean }): Promise<boolean> {
      const { table, column, id } = placeOf(subject);
      const seen = isVisible({ subjectId: sql.val(id), userId: sql.val(userId) });
      const shares = db.deleteFrom(table).where(column, "=", id).where("user_id", "=", userId);
      const { numDeletedRows } = await shares
        .$if(only?.isVisible === true, (query) => query.where(seen))
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    /** Lists the shares that the owner of the note sees. The owner sees other shares only as open invitations. */
    async list(subject: ShareSubject): Promise<ShareWithPerson[]> {
      const { isNote, table, column, id } = placeOf(subject);
      const subjectId = sql.ref<string>(`share.${column}`);
      const rows = await db
        .selectFrom(`${table} as share` as const)
        .leftJoin("people", "people.id", "share.user_id")
        .select(["share.user_id", "share.expires_at", "share.created_at", "share.created_by"])
        .select(["people.email", "people.name"])
        .$if(isNote, (query) => query.select("share.role"))
        .where(subjectId, "=", id)
        .where((eb) => isVisible({ subjectId, userId: eb.ref("share.user_id") }))
        .orderBy("share.created_at")
        .orderBy("share.user_id")
        .execute();
      return rows.map((row) => ({ ...fromColumns(row), role: row.role ?? "viewer" }));
    },

    /** Lists the valid shares through which the user can open the note, or the file. */
    async listHeld(
      { noteId, attachmentId }: { noteId: string; attachmentId: string | undefined },
      { userId, now }: { userId: string; now: number },
    ): Promise<HeldShare[]> {
      const valid = (subject: ShareSubject) =>
        ofUser(subject, userId)
          .select("expires_at")
          .where((eb) => isLive(eb.ref("expires_at"), now));
      const ofNote = await valid({ noteId }).select("role").execute();
      const ofFile = attachmentId === undefined ? [] : await valid({ attachmentId }).execute();
      return [
        ...ofNote.map((row) => ({ opens: "note" as const, ...fromColumns(row) })),
        ...ofFile.map((row) => ({ opens: "file" as const, role: "viewer" as const, ...fromColumns(row) })),
      ];
    },

    /** Returns the expiry of a share, or undefined if the share never expires or does not exist. */
    async expiryOf(subject: ShareSubject, userId: string): Promise<number | undefined> {
      const row = await ofUser(subject, userId).select("expires_at").executeTakeFirst();
      return row?.expires_at ?? undefined;
    },

    /**
     * Lists shares that expire between `from` and `until`. Omits shares that were made for a shorter time than this window, and shares
     * whose users already got the reminder. Returns at most `limit` shares of notes and at most `limit` shares of attachments.
     */
    async listEnding({ from, until, limit }: { from: number; until: number; limit: number }): Promise<EndingShare[]> {
      const ending = (table: "note_shares" | "attachment_shares") =>
        db
          .selectFrom(`${table as "note_shares"} as share` as const)
          .select((eb) => ["share.user_id as userId", eb.ref("share.expires_at").$notNull().as("expiresAt")])
          .where("share.reminded_at", "is", null)
          .where("share.expires_at", ">", from)
          .where("share.expires_at", "<=", until)
          .where((eb) => eb(eb("share.expires_at", "-", eb.ref("share.created_at")), ">", until - from))
          .orderBy("share.expires_at")
          .limit(limit);
      const attachmentId = sql.ref<string>("share.attachment_id");
      const ofNotes = await ending("note_shares").select("share.note_id as noteId").execute();
      const ofFiles = await ending("attachment_shares")
        .innerJoin("attachments", (join) => join.on("attachments.id", "=", attachmentId))
        .select(["attachments.note_id as noteId", attachmentId.as("attachmentId")])
        .execute();
      return [...ofNotes.map((share) => ({ ...share, attachmentId: undefined })), ...ofFiles];
    },

    /** Marks the share as reminded of its expiry. Returns false if the share has changed, or if another replica has already marked it. */
    async markReminded({ noteId, attachmentId, userId, expiresAt }: EndingShare, now: number): Promise<boolean> {
      const { table, column, id } = placeOf(attachmentId === undefined ? { noteId } : { attachmentId });
      const marked = await db
        .updateTable(table)
        .set({ reminded_at: now })
        .where(column, "=", id)
        .where("user_id", "=", userId)
        .where("expires_at", "=", expiresAt)
        .where("reminded_at", "is", null)
        .executeTakeFirstOrThrow();
      return marked.numUpdatedRows === 1n;
    },

    /** Returns the share of this user, or undefined. `isNew`: the user has not opened the note yet. */
    async findOfNote(
      noteId: string,
      userId: string,
    ): Promise<{ expiresAt: number | undefined; isNew: boolean } | undefined> {
      const row = await ofUser({ noteId }, userId).select(["expires_at", "seen_at"]).executeTakeFirst();
      return row && { expiresAt: row.expires_at ?? undefined, isNew: row.seen_at === null };
    },

    /** Marks a share as seen. Does nothing if the share does not exist or is already seen. */
    async markSeen(subject: ShareSubject, { userId, now }: { userId: string; now: number }): Promise<void> {
      const { table, column, id } = placeOf(subject);
      const shares = db.updateTable(table).set({ seen_at: now }).where(column, "=", id);
      await shares.where("user_id", "=", userId).where("seen_at", "is", null).execute();
    },

    /** Lists the attachments with a valid share for the user, the newest first. Omits attachments whose notes the user can open. */
    listAttachmentsFor: (userId: string, request: PageRequest & { now: number }): Promise<Page<SharedAttachment>> =>
      listAttachmentsFor(db, { userId, ...request }),
  };
});

type SharePlace = ReturnType<typeof placeOf>;

/** The table of attachment shares has no column for the role, but the type of `note_shares` requires a role. */
const NO_ROLE = {} as { role: Share["role"] };

/**
 * Returns the table with the shares of a note or of an attachment. Both tables have the same columns, except that the share of an
 * attachment has no role, because its role is always viewer. So one statement with the types of `note_shares` works for both tables.
 */
function placeOf(subject: ShareSubject) {
  const isNote = "noteId" in subject;
  return {
    isNote,
    table: (isNote ? "note_shares" : "attachment_shares") as "note_shares",
    column: (isNote ? "note_id" : "attachment_id") as "note_id",
    id: isNote ? subject.noteId : subject.attachmentId,
  };
}

/** Makes new shares replace the earlier shares of the same users. These users get a new reminder before the new expiry. */
function replacing(insert: InsertQueryBuilder<Tables, "note_shares", InsertResult>, { isNote, column }: SharePlace) {
  return insert.onConflict((conflict) =>
    conflict.columns([column, "user_id"]).doUpdateSet((eb) => ({
      ...(isNote && { role: eb.ref("excluded.role") }),
      expires_at: eb.ref("excluded.expires_at"),
      created_at: eb.ref("excluded.created_at"),
      created_by: eb.ref("excluded.created_by"),
      reminded_at: null,
    })),
  );
}

/** Lists the attachments that a person can open only through a share of the attachment, and not through a share of its note. */
async function listAttachmentsFor(
  db: Kysely<Tables>,
  { userId, now, ...page }: PageRequest & { userId: string; now: number },
): Promise<Page<SharedAttachment>> {
  const shared = db
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
    );
  return newestFirst(shared, {
    ...page,
    id: "attachment_shares.attachment_id",
    to: (row) => ({
      ...toAttachment(row),
      share: { expiresAt: row.expires_at ?? undefined },
      isNew: row.seen_at === null,
    }),
  });
}
