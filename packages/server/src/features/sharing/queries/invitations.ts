import { type Expression, type Selectable, type SqlBool, sql } from "kysely";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns, toColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { deleteInSteps, orMissing } from "../../../platform/database/writes.ts";
import { isLive, notInTrash } from "../../access/sql.ts";
import type { Invitation, InvitationWithNames } from "../invitation.ts";
import type { ShareSubject } from "../share.ts";

/** The maximum number of invitations that one sign-in turns into shares, because the sign-in waits for this work. */
const MAX_GIVEN = 200;

const idOf = (subject: ShareSubject): string => ("noteId" in subject ? subject.noteId : subject.attachmentId);

/** Builds the condition that no open invitation hides the share from the owner of the note (ADR 8). */
export function isVisible(share: { subjectId: Expression<string>; userId: Expression<string> }) {
  return sql<SqlBool>`not exists (
    select 1 from invitations
    where invitations.subject_id = ${share.subjectId} and invitations.user_id = ${share.userId}
      and invitations.redeemed_at is null)`;
}

/** The condition that the invitation is for a whole note, or for an attachment that is not in the trash. */
const hasAttachment = sql<SqlBool>`(invitations.attachment_id is null or exists (
  select 1 from attachments where attachments.id = invitations.attachment_id and ${notInTrash.attachmentsOfNote}))`;

// Frequent statements list their columns, because PostgreSQL can then prepare these statements by name (postgres/pool.ts).
const columns = [
  "invitations.id",
  "invitations.subject_id",
  "invitations.note_id",
  "invitations.attachment_id",
  "invitations.email",
  "invitations.role",
  "invitations.expires_at",
  "invitations.user_id",
  "invitations.invited_by",
  "invitations.invited_at",
  "invitations.generation",
  "invitations.link_expires_at",
  "invitations.redeemed_at",
] as const;

export const invitationQueries = defineQueries("database.invitations", ({ kysely: db, engine }) => {
  const selectAll = () =>
    db
      .selectFrom("invitations")
      .innerJoin("notes", "notes.id", "invitations.note_id")
      .select(columns)
      .select("notes.owner_id");
  const select = () => selectAll().where(notInTrash.notes).where(hasAttachment);
  // SQLite has no `for update` and needs no lock, because a transaction on SQLite is the only writer from its start.
  const selectHeld = () => select().$if(engine.name === "postgres", (query) => query.forUpdate("invitations"));
  return {
    /**
     * Stores invitations of different email addresses with one statement. An existing invitation keeps its id, gets the new role and
     * expiry, and is valid for 30 days from now. Its link stays the same, unless the link was used. Returns the ids of the stored
     * invitations. Throws `note_not_found` or `attachment_not_found` if the note or attachment was deleted.
     */
    async put(...invitations: readonly Invitation[]): Promise<ReadonlySet<string>> {
      const [first] = invitations;
      if (first === undefined) return new Set();
      // The rows are sorted, to avoid a deadlock between two requests that invite the same email addresses.
      const rows = invitations.map(toRow).sort((a, b) => (a.email < b.email ? -1 : 1));
      const put = db
        .insertInto("invitations")
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(["subject_id", "email"]).doUpdateSet((eb) => ({
            role: eb.ref("excluded.role"),
            expires_at: eb.ref("excluded.expires_at"),
            user_id: eb.ref("excluded.user_id"),
            invited_by: eb.ref("excluded.invited_by"),
            invited_at: eb.ref("excluded.invited_at"),
            link_expires_at: eb.ref("excluded.link_expires_at"),
            redeemed_at: null,
            // If a person has used the link of the earlier invitation, a new generation makes that link invalid.
            generation: eb
              .case()
              .when("invitations.redeemed_at", "is", null)
              .then(eb.ref("invitations.generation"))
              .else(eb("invitations.generation", "+", 1))
              .end(),
          })),
        )
        .returning("id")
        .execute();
      const stored = await orMissing(put, first.attachmentId === undefined ? "note" : "attachment");
      return new Set(stored.map(({ id }) => id));
    },

    /** Returns an invitation, and locks it until the transaction ends. Returns undefined if it was revoked or never existed. */
    async hold(invitationId: string): Promise<Invitation | undefined> {
      const row = await selectHeld().where("invitations.id", "=", invitationId).executeTakeFirst();
      return row && toInvitation(row);
    },

    /** Returns the invitations of these email addresses, by email address. Locks the invitations until the transaction ends. */
    async holdOf(subject: ShareSubject, emails: readonly string[]): Promise<Map<string, Invitation>> {
      const rows = await selectHeld()
        .where("invitations.subject_id", "=", idOf(subject))
        .where((eb) => engine.isIn(eb.ref("invitations.email"), engine.list(emails)))
        .orderBy("invitations.email")
        .execute();
      return new Map(rows.map((row) => [row.email, toInvitation(row)]));
    },

    /** Finds an invitation by its id. With `inTrash`, also finds an invitation whose note or file is in the trash. */
    async find(invitationId: string, options?: { inTrash: boolean }): Promise<InvitationWithNames | undefined> {
      const row = await (options?.inTrash === true ? selectAll() : select())
        .leftJoin("people", "people.id", "notes.owner_id")
        .leftJoin("attachments", "attachments.id", "invitations.attachment_id")
        .select(["people.name", "notes.title", "attachments.filename"])
        .where("invitations.id", "=", invitationId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { name, title, filename } = row;
      const invitation = toInvitation(row);
      return { invitation, ownerName: name ?? undefined, noteTitle: title, filename: filename ?? undefined };
    },

    /** Stores the members that can change. The caller must have locked the invitation. */
    async replace(invitation: Invitation): Promise<void> {
      const { role, expires_at, user_id, generation, link_expires_at, redeemed_at } = toRow(invitation);
      await db
        .updateTable("invitations")
        .set({ role, expires_at, user_id, generation, link_expires_at, redeemed_at })
        .where("id", "=", invitation.id)
        .execute();
    },

    async delete(invitationId: string): Promise<void> {
      await db.deleteFrom("invitations").where("id", "=", invitationId).execute();
    },

    /** Lists the invitations to this note or attachment that nobody has accepted, including expired invitations. */
    async listOpen(subject: ShareSubject): Promise<Invitation[]> {
      const rows = await select()
        .where("invitations.subject_id", "=", idOf(subject))
        .where("invitations.redeemed_at", "is", null)
        .orderBy("invitations.email")
        .execute();
      return rows.map(toInvitation);
    },

    /**
     * Lists the ids of at most 200 valid invitations of this user's proven email address, the newest first. Omits invitations whose share
     * the user already has, invitations to the user's own notes, and invitations to notes of disabled owners. If the email address is not
     * proven, the list is empty.
     */
    async listFor({ userId, now }: { userId: string; now: number }): Promise<string[]> {
      const rows = await db
        .selectFrom("invitations")
        .innerJoin("notes", "notes.id", "invitations.note_id")
        .innerJoin("people", "people.email", "invitations.email")
        .select("invitations.id")
        .where("people.id", "=", userId)
        .where("people.email_proven_by", "is not", null)
        .where("invitations.redeemed_at", "is", null)
        .where("invitations.link_expires_at", ">", now)
        .where((eb) => isLive(eb.ref("invitations.expires_at"), now))
        .where("invitations.user_id", "is distinct from", userId)
        .where("notes.owner_id", "!=", userId)
        .where(notInTrash.notes)
        .where(hasAttachment)
        // An invitation of a disabled owner gives no share until the owner is enabled again, so it must not use up the maximum.
        .where("notes.owner_id", "not in", db.selectFrom("disabled_users").select("user_id"))
        // The newest invitations come first, because many strangers can invite one address. The next sign-in continues with the rest.
        .orderBy("invitations.id", "desc")
        .limit(MAX_GIVEN)
        .execute();
      return rows.map(({ id }) => id);
    },

    async countOpen(invitedBy: string): Promise<number> {
      const { count } = await db
        .selectFrom("invitations")
        .select(sql<number>`count(*)`.as("count"))
        .where("invited_by", "=", invitedBy)
        .where("redeemed_at", "is", null)
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Lists the ids of at most 1,000 notes and attachments that are shared with this user through open invitations, the newest first. */
    async listExpected(userId: string): Promise<string[]> {
      const rows = await db
        .selectFrom("invitations")
        .select("subject_id")
        .where("user_id", "=", userId)
        .where("redeemed_at", "is", null)
        .orderBy("id", "desc")
        .limit(1_000)
        .execute();
      return rows.map((row) => row.subject_id);
    },

    /**
     * Marks the open invitations that gave these users a share of these notes or attachments as accepted. Returns these invitations. With
     * `isReplaced`, the users have got other shares instead, so a revocation of such an invitation no longer deletes a share.
     */
    async settle(
      subjectIds: readonly string[],
      { userIds, now, isReplaced = false }: { userIds: readonly string[]; now: number; isReplaced?: boolean },
    ): Promise<Invitation[]> {
      if (userIds.length === 0) return [];
      const rows = await select()
        .where((eb) => engine.isIn(eb.ref("invitations.subject_id"), engine.list(subjectIds)))
        .where((eb) => engine.isIn(eb.ref("invitations.user_id").$notNull(), engine.list(userIds)))
        .where("invitations.redeemed_at", "is", null)
        .execute();
      const settled: Invitation[] = [];
      for (const row of rows) {
        const { numUpdatedRows } = await db
          .updateTable("invitations")
          .set({ redeemed_at: now, ...(isReplaced && { user_id: null }) })
          .where("id", "=", row.id)
          .where("user_id", "=", row.user_id)
          .where("redeemed_at", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) settled.push(toInvitation(row));
      }
      return settled;
    },

    /** Deletes accepted invitations whose link has expired. Until then, the link opens the note. */
    async deleteOld(now: number): Promise<void> {
      const where = sql<boolean>`redeemed_at is not null and link_expires_at <= ${now}`;
      await deleteInSteps(db, { from: "invitations", key: ["id"], by: "link_expires_at", where });
    },
  };
});

function toRow(invitation: Invitation): Selectable<Tables["invitations"]> {
  return {
    ...toColumns(invitation, ["id", "noteId", "attachmentId", "email", "role", "expiresAt", "userId"]),
    ...toColumns(invitation, ["invitedBy", "invitedAt", "generation", "linkExpiresAt"]),
    subject_id: invitation.attachmentId ?? invitation.noteId,
    redeemed_at: invitation.acceptedAt ?? null,
  };
}

function toInvitation(row: Selectable<Tables["invitations"]> & { owner_id: string }): Invitation {
  const { subject_id: _, redeemed_at, ...columns } = row;
  return { ...fromColumns(columns), acceptedAt: redeemed_at ?? undefined };
}
