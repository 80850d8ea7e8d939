import { sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import { isLive, notInTrash, PURGE, selectAttachments, toAttachment } from "../access/sql.ts";
import { inGroup } from "../attachments/queries.ts";
import { keyOfHolder } from "../outbox/mail-queries.ts";
import { toDeletion } from "../people/revocation.ts";
import type { AccountDeletionQueries } from "./account-deletions-port.ts";

/**
 * The tables that contain rows of a user, except notes, links, usage and events. The rows of the accounts library are not in this list,
 * because they are deleted together with the row in `auth_users`.
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
 * The rows in these tables are deleted only for a user with an account. A user without an account may still get a JWT from an issuer. The
 * rows make the service refuse such a JWT.
 */
const TABLES_OF_ACCOUNT = ["identities", "disabled_users"] as const;

export const accountDeletionQueries = defineQueries(
  "database.accountDeletions",
  ({ kysely: db, engine }): AccountDeletionQueries => {
    const select = (userId: string) => db.selectFrom("account_deletions").selectAll().where("user_id", "=", userId);
    const notesOf = (userId: string) => db.selectFrom("notes").select("id").where("owner_id", "=", userId);
    return {
      async hold(userId) {
        // SQLite needs no lock, because it has one writer at a time.
        const held = select(userId).$if(engine.name === "postgres", (query) => query.forUpdate());
        return toDeletion(await held.executeTakeFirst());
      },

      async put({ userId, isByOwner, deleteAt }) {
        const facts = { by_owner: isByOwner ? 1 : 0, delete_at: deleteAt } as const;
        await db
          .insertInto("account_deletions")
          .values({ user_id: userId, ...facts })
          .onConflict((conflict) => conflict.column("user_id").doUpdateSet(facts))
          .execute();
      },

      async remove(userId) {
        await db.deleteFrom("account_deletions").where("user_id", "=", userId).execute();
      },

      async listDue(now, limit) {
        const due = db.selectFrom("account_deletions").select("user_id").where("delete_at", "<=", now);
        return (await due.orderBy("delete_at").limit(limit).execute()).map((row) => row.user_id);
      },

      async countContents(userId, now) {
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
            // A union counts a person only once, even if the person appears in both queries.
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

      async hideNotes(userId) {
        const mark = markOf(userId);
        const notes = db.updateTable("notes").set({ trash_id: mark }).where("owner_id", "=", userId);
        await notes.where(notInTrash.notes).execute();
        const hidden = notesOf(userId).where("trash_id", "=", mark);
        const pending = selectAttachments(db).where("note_id", "in", hidden).where(inGroup("pending"));
        return (await pending.execute()).map(toAttachment);
      },

      async showNotes(userId) {
        const mark = markOf(userId);
        // Changes attachments only if an older version closed the account.
        await db.updateTable("attachments").set({ trash_id: null }).where("trash_id", "=", mark).execute();
        const notes = db.updateTable("notes").set({ trash_id: null }).where("owner_id", "=", userId);
        await notes.where("trash_id", "=", mark).execute();
      },

      async listNotes(userId, limit) {
        const notes = notesOf(userId).where("trash_id", "is distinct from", PURGE);
        return (await notes.orderBy("id").limit(limit).execute()).map(({ id }) => id);
      },

      async deleteUser(userId) {
        const account = db.selectFrom("auth_users").select("id").where("id", "=", userId);
        const hasAccount = (await account.executeTakeFirst()) !== undefined;
        const tables = hasAccount ? [...TABLES_OF_USER, ...TABLES_OF_ACCOUNT] : TABLES_OF_USER;
        for (const table of tables) await db.deleteFrom(table).where("user_id", "=", userId).execute();
        await db.deleteFrom("mail_preferences").where("holder", "=", keyOfHolder({ userId })).execute();
        await db.deleteFrom("people").where("id", "=", userId).execute();
        await db.deleteFrom("auth_users").where("id", "=", userId).execute();
      },
    };
  },
);

/**
 * Returns the id of the item of the trash that hides the notes of a closed account. This item has no row in `trash`, so no list of the
 * trash shows it.
 */
function markOf(userId: string): string {
  return `account ${userId}`;
}
