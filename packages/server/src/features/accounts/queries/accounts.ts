import { sql } from "kysely";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns, toColumns } from "../../../platform/database/rows.ts";
import type { AccountLinkKind } from "../../../platform/database/unions.ts";
import { deleteInSteps, orTaken } from "../../../platform/database/writes.ts";

/** The accounts library's name for the sign-in with a password. */
const PASSWORD = "credential";

/** The queries for accounts and for the links in account mails. The accounts library defines the tables of accounts. */
export const accountQueries = defineQueries("database.accounts", ({ kysely: db, engine }) => {
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
    /** Finds an account by its normalised email address. */
    findByEmail: (email: string): Promise<Account | undefined> => find("email", email),
    find: (userId: string): Promise<Account | undefined> => find("id", userId),

    /** Replaces the password hash `from` of the account with `to`. Returns false if the account now has another hash. */
    async replacePassword(userId: string, { from, to, now }: { from: string; to: string; now: number }) {
      const { numUpdatedRows } = await db
        .updateTable("auth_accounts")
        // On SQLite, the accounts library stores instants as ISO texts. PostgreSQL also accepts ISO texts.
        .set({ password: to, updated_at: new Date(now).toISOString() })
        .where("user_id", "=", userId)
        .where("provider_id", "=", PASSWORD)
        .where("password", "=", from)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** Returns whether the account has this password hash. First waits for another transaction that changes the password. */
    async hasPassword(userId: string, passwordHash: string) {
      const row = await db
        .selectFrom("auth_accounts")
        .select("password")
        .where("user_id", "=", userId)
        .where("provider_id", "=", PASSWORD)
        // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
        .$if(engine.name === "postgres", (query) => query.forShare())
        .executeTakeFirst();
      return row?.password === passwordHash;
    },

    /** Ends the sessions of a user, except the session with the id `except`. */
    async endSessions(userId: string, { except }: { except: string | undefined } = { except: undefined }) {
      await db
        .deleteFrom("auth_sessions")
        .where("user_id", "=", userId)
        .$if(except !== undefined, (query) => query.where("id", "!=", except as string))
        .execute();
    },

    async deleteExpiredSessions(now: number) {
      const where = sql<boolean>`expires_at <= ${new Date(now).toISOString()}`;
      await deleteInSteps(db, { from: "auth_sessions", key: ["id"], by: "expires_at", where });
    },

    /** Throws `email_taken`. */
    async replaceEmail(userId: string, { to, now }: { to: string; now: number }) {
      const change = db.updateTable("auth_users").set({ email: to, updated_at: new Date(now).toISOString() });
      await orTaken(change.where("id", "=", userId).execute(), {
        code: "email_taken",
        message: "An account with this email address exists already.",
      });
    },

    async addLink(link: AccountLink) {
      const row = toColumns(link, ["tokenHash", "kind", "userId", "sentTo", "passwordMark", "expiresAt"]);
      await db.insertInto("account_links").values(row).execute();
    },

    async findLink(link: Pick<AccountLink, "kind" | "tokenHash"> & { now: number }): Promise<AccountLink | undefined> {
      const row = await db
        .selectFrom("account_links")
        .selectAll()
        .where("token_hash", "=", link.tokenHash)
        .where("kind", "=", link.kind)
        .where("expires_at", ">", link.now)
        .executeTakeFirst();
      return row && fromColumns(row);
    },

    /** Removes an account link. Returns false if the link was already removed. */
    async removeLink(tokenHash: string) {
      const { numDeletedRows } = await db
        .deleteFrom("account_links")
        .where("token_hash", "=", tokenHash)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async deleteLinksOf(userId: string) {
      await db.deleteFrom("account_links").where("user_id", "=", userId).execute();
    },

    async deleteExpiredLinks(now: number) {
      await deleteInSteps(db, {
        from: "account_links",
        key: ["token_hash"],
        by: "expires_at",
        where: sql`expires_at <= ${now}`,
      });
    },

    /** Deletes the password reset links that the operator or an administrator made. The links in mails stay. */
    async deleteResetLinksByHand() {
      const links = db.deleteFrom("account_links").where("kind", "=", "password-reset");
      await links.where("sent_to", "is", null).execute();
    },
  };
});

/** An account of the service. The owner signs in with a password, a passkey or an identity provider. */
export type Account = {
  userId: string;
  email: string;
  name: string;
  /** Undefined: the account has no password. */
  passwordHash: string | undefined;
};

/** A link that works once for one account, or the challenge of a passkey. The service stores only the hash of the token or challenge. */
export type AccountLink = {
  tokenHash: string;
  kind: AccountLinkKind;
  userId: string;
  /** The email address of the mail with the link, which the use of the link proves. Undefined: a person passed the link on. */
  sentTo: string | undefined;
  /** Identifies the current password. The link stops working when the password changes. Undefined: the link works with any password. */
  passwordMark: string | undefined;
  expiresAt: number;
};
