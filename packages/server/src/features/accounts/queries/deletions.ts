import { sql } from "kysely";
import { defineQueries } from "../../../platform/database/queries.ts";
import type { Attachment } from "../../access/attachment.ts";
import { isLive, notInTrash, PURGE, selectAttachments, toAttachment } from "../../access/sql.ts";
import { inGroup } from "../../attachments/queries.ts";
import { keyOfHolder } from "../../outbox/mail-queries.ts";
import type { AccountDeletion } from "../../people/person.ts";
import { toDeletion } from "../../people/queries.ts";

/**
 * The tables with rows of a user, except notes, links, usage and audit events. The list omits the tables of the accounts library, because
 * the deletion of the row in `auth_users` also deletes the rows in these tables.
 */
const TABLES_OF_USER = [
  "note_shares",
  "note_sharers",
  "attachment_shares",
  "invitations",
  "access_requests",
  "api_tokens",
  "account_links",
  "account_deletions",
] as const;

/**
 * The tables whose rows the service deletes only for a user with an account. A user without an account may still get a JWT from an issuer.
 * The rows make the service refuse this JWT.
 */
const TABLES_OF_ACCOUNT = ["identities", "disabled_users"] as const;

/** The numbers of things that the deletion of an account deletes. `people`: how many people lose a share. */
export type AccountContents = { notes: number; files: number; bytes: number; links: number; people: number };

export const accountDeletionQueries = defineQueries("database.accountDeletions", ({ kysely: db, engine }) => {
  const select = (userId: string) => db.selectFrom("account_deletions").selectAll().where("user_id", "=", userId);
  const notesOf = (userId: string) => db.selectFrom("notes").select("id").where("owner_id", "=", userId);
  return {
    /** Returns the planned deletion of the user, and locks its row until the transaction ends. */
    async hold(userId: string): Promise<AccountDeletion | undefined> {
      // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
      const held = select(userId).$if(engine.name === "postgres", (query) => query.forUpdate());
      return toDeletion(await held.executeTakeFirst());
    },

    /** Stores a planned deletion, which replaces an earlier one of the same user. */
    async put({ userId, isByOwner, deleteAt }: AccountDeletion) {
      const facts = { by_owner: isByOwner ? 1 : 0, delete_at: deleteAt } as const;
      await db
        .insertInto("account_deletions")
        .values({ user_id: userId, ...facts })
        .onConflict((conflict) => conflict.column("user_id").doUpdateSet(facts))
        .execute();
    },

    async remove(userId: string) {
      await db.deleteFrom("account_deletions").where("user_id", "=", userId).execute();
    },

    async listDue(now: number, limit: number): Promise<string[]> {
      const due = db.selectFrom("account_deletions").select("user_id").where("delete_at", "<=", now);
      return (await due.orderBy("delete_at").limit(limit).execute()).map((row) => row.user_id);
    },

    async countContents(userId: string, now: number): Promise<AccountContents> {
      const shares = (table: "note_shares" | "attachment_shares") =>
        table === "note_shares"
          ? db.selectFrom("note_shares").select("user_id").where("note_id", "in", notesOf(userId))
          : db
              .selectFrom("attachment_shares")
              .innerJoin("attachments", "attachments.id", "attachment_shares.attachment_id")
              .select("attachment_shares.user_id")
              .where("attachments.note_id", "in", notesOf(userId));
      const { notes, links, people } = await db
        .selectNoFrom((eb) => [
          notesOf(userId).clearSelect().select(eb.fn.countAll<number>().as("count")).as("notes"),
          db
            .selectFrom("links")
            .select(eb.fn.countAll<number>().as("count"))
            .where("note_id", "in", notesOf(userId))
            .where("revoked_at", "is", null)
            .where((link) => isLive(link.ref("links.expires_at"), sql.val(now)))
            .as("links"),
          // The union counts a person with shares of notes and of files only once.
          db
            .selectFrom(shares("note_shares").union(shares("attachment_shares")).as("receivers"))
            .select(eb.fn.countAll<number>().as("count"))
            .as("people"),
        ])
        .executeTakeFirstOrThrow();
      const usage = await db
        .selectFrom("usage")
        .select(["files", "used_bytes"])
        .where("owner_id", "=", userId)
        .executeTakeFirst();
      return {
        notes: Number(notes),
        links: Number(links),
        people: Number(people),
        files: usage?.files ?? 0,
        bytes: usage?.used_bytes ?? 0,
      };
    },

    /** Hides the notes of the user from everybody, like notes in the trash. Returns the pending attachments of these notes. */
    async hideNotes(userId: string): Promise<Attachment[]> {
      const mark = markOf(userId);
      const notes = db.updateTable("notes").set({ trash_id: mark }).where("owner_id", "=", userId);
      await notes.where(notInTrash.notes).execute();
      const hidden = notesOf(userId).where("trash_id", "=", mark);
      const pending = selectAttachments(db).where("note_id", "in", hidden).where(inGroup("pending"));
      return (await pending.execute()).map(toAttachment);
    },

    async showNotes(userId: string) {
      const notes = db.updateTable("notes").set({ trash_id: null }).where("owner_id", "=", userId);
      await notes.where("trash_id", "=", markOf(userId)).execute();
    },

    /** Lists notes of the user, except those whose permanent deletion is queued. */
    async listNotes(userId: string, limit: number): Promise<string[]> {
      const notes = notesOf(userId).where("trash_id", "is distinct from", PURGE);
      return (await notes.orderBy("id").limit(limit).execute()).map(({ id }) => id);
    },

    /** Deletes the user and all rows of the user, except the rows of notes, links, usage and audit events. */
    async deleteUser(userId: string) {
      const account = db.selectFrom("auth_users").select("id").where("id", "=", userId);
      const hasAccount = (await account.executeTakeFirst()) !== undefined;
      const tables = hasAccount ? [...TABLES_OF_USER, ...TABLES_OF_ACCOUNT] : TABLES_OF_USER;
      for (const table of tables) await db.deleteFrom(table).where("user_id", "=", userId).execute();
      await db.deleteFrom("mail_preferences").where("holder", "=", keyOfHolder({ userId })).execute();
      await db.deleteFrom("people").where("id", "=", userId).execute();
      await db.deleteFrom("auth_users").where("id", "=", userId).execute();
    },
  };
});

/** The `trash_id` of the notes of a closed account. No list of the trash shows it, because the notes have no `deleted_at`. */
function markOf(userId: string): string {
  return `account ${userId}`;
}
