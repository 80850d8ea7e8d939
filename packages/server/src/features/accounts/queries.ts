import { sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import { deleteInSteps, orTaken } from "../../platform/database/writes.ts";
import type { Account } from "./account.ts";
import type { AccountQueries } from "./accounts-port.ts";

/** The name that the accounts library uses for the sign-in with a password. */
const PASSWORD = "credential";

export const accountQueries = defineQueries("database.accounts", ({ kysely: db, engine }): AccountQueries => {
  const find = async (column: "id" | "email", value: string): Promise<Account | undefined> => {
    const row = await db
      .selectFrom("auth_users")
      .leftJoin("auth_accounts", (join) =>
        join.onRef("auth_accounts.user_id", "=", "auth_users.id").on("auth_accounts.provider_id", "=", PASSWORD),
      )
      .select(["auth_users.id", "auth_users.email", "auth_users.name", "auth_accounts.password"])
      .where(`auth_users.${column}`, "=", value)
      .executeTakeFirst();
    return row && { userId: row.id, email: row.email, name: row.name, passwordHash: row.password ?? undefined };
  };
  return {
    findByEmail: (email) => find("email", email),
    find: (userId) => find("id", userId),

    async replacePassword(userId, { from, to, now }) {
      const { numUpdatedRows } = await db
        .updateTable("auth_accounts")
        // On SQLite, the accounts library stores instants as ISO texts. PostgreSQL accepts such texts too.
        .set({ password: to, updated_at: new Date(now).toISOString() })
        .where("user_id", "=", userId)
        .where("provider_id", "=", PASSWORD)
        .where("password", "=", from)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async hasPassword(userId, passwordHash) {
      const row = await db
        .selectFrom("auth_accounts")
        .select("password")
        .where("user_id", "=", userId)
        .where("provider_id", "=", PASSWORD)
        // SQLite needs no lock, because it has one writer at a time. So no other transaction is changing the password.
        .$if(engine.name === "postgres", (query) => query.forShare())
        .executeTakeFirst();
      return row?.password === passwordHash;
    },

    async endSessions(userId, { except } = { except: undefined }) {
      await db
        .deleteFrom("auth_sessions")
        .where("user_id", "=", userId)
        .$if(except !== undefined, (query) => query.where("id", "!=", except as string))
        .execute();
    },

    async deleteExpiredSessions(now) {
      const where = sql<boolean>`expires_at <= ${new Date(now).toISOString()}`;
      await deleteInSteps(db, { from: "auth_sessions", key: ["id"], by: "expires_at", where });
    },

    async replaceEmail(userId, { to, now }) {
      const change = db.updateTable("auth_users").set({ email: to, updated_at: new Date(now).toISOString() });
      await orTaken(change.where("id", "=", userId).execute(), {
        code: "email_taken",
        message: "An account with this email address exists already.",
      });
    },

    async addLink({ tokenHash, kind, userId, sentTo, passwordMark, expiresAt }) {
      await db
        .insertInto("account_links")
        .values({
          token_hash: tokenHash,
          kind,
          user_id: userId,
          sent_to: sentTo ?? null,
          password_mark: passwordMark ?? null,
          expires_at: expiresAt,
        })
        .execute();
    },

    async findLink({ kind, tokenHash, now }) {
      const row = await db
        .selectFrom("account_links")
        .selectAll()
        .where("token_hash", "=", tokenHash)
        .where("kind", "=", kind)
        .where("expires_at", ">", now)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { user_id: userId, expires_at: expiresAt } = row;
      const passwordMark = row.password_mark ?? undefined;
      return { tokenHash, kind, userId, sentTo: row.sent_to ?? undefined, passwordMark, expiresAt };
    },

    async removeLink(tokenHash) {
      const { numDeletedRows } = await db
        .deleteFrom("account_links")
        .where("token_hash", "=", tokenHash)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async deleteLinksOf(userId) {
      await db.deleteFrom("account_links").where("user_id", "=", userId).execute();
    },

    async deleteExpiredLinks(now) {
      await deleteInSteps(db, {
        from: "account_links",
        key: ["token_hash"],
        by: "expires_at",
        where: sql`expires_at <= ${now}`,
      });
    },

    async deleteResetLinksByHand() {
      const links = db.deleteFrom("account_links").where("kind", "=", "password-reset");
      await links.where("sent_to", "is", null).execute();
    },
  };
});
