import type { Selectable } from "kysely";
import { defineQueries, type Tx } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller, Credential } from "../access/caller.ts";
import { lookupQueries } from "./lookups.ts";
import type { AccountDeletion } from "./person.ts";

/**
 * Throws `access_denied` for a disabled user, or `account_closed` if the user has deleted their account. Queries the database every time.
 */
export function requireEnabled({ db }: { db: Tx }) {
  return async (userId: string): Promise<void> => {
    if (!(await lookupQueries(db).isDisabled(userId))) return;
    const deletion = await disabledUserQueries(db).findDeletion(userId);
    if (deletion?.isByOwner !== true) {
      throw new DomainError("access_denied", "This user is disabled. Ask an administrator to enable it.");
    }
    const day = new Date(deletion.deleteAt).toISOString().slice(0, 10);
    throw new DomainError(
      "account_closed",
      `You deleted this account. It is closed, and is deleted for good on ${day}.`,
    );
  };
}

/**
 * Throws `access_denied` if the session or API token of the request was revoked after the request began.
 * Call it inside the transaction that makes the change, because another request can revoke the credential at any time.
 */
export async function requireCredential(tx: Tx, { credential }: Caller): Promise<void> {
  if (credential === undefined || (await credentialQueries(tx).exists(credential))) return;
  throw new DomainError("access_denied", "Your session or API token was revoked. Sign in again, or use another token.");
}

export const disabledUserQueries = defineQueries("database.disabledUsers", ({ kysely: db }) => ({
  /** Disables a user and ends all sessions of the user. Returns false if the user was already disabled. Run it in a transaction. */
  async add(userId: string, now: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("disabled_users")
      .values({ user_id: userId, disabled_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    await db.deleteFrom("auth_sessions").where("user_id", "=", userId).execute();
    return numInsertedOrUpdatedRows === 1n;
  },

  /**
   * Enables a user. Returns false if the user was not disabled. Run it in a transaction.
   * A sign-in may have made sessions while the user was being disabled. This call ends these sessions, except `exceptSession`.
   */
  async remove(
    userId: string,
    { exceptSession }: { exceptSession: string | undefined } = { exceptSession: undefined },
  ): Promise<boolean> {
    // A sign-in that ran while the user was being disabled may have stored a session. The service refused this session while the user was
    // disabled, and must not accept it afterwards.
    await db
      .deleteFrom("auth_sessions")
      .where("user_id", "=", userId)
      .$if(exceptSession !== undefined, (query) => query.where("id", "!=", exceptSession as string))
      .execute();
    const row = db.deleteFrom("disabled_users").where("user_id", "=", userId);
    return (await row.executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  async findDeletion(userId: string): Promise<AccountDeletion | undefined> {
    return toDeletion(
      await db.selectFrom("account_deletions").selectAll().where("user_id", "=", userId).executeTakeFirst(),
    );
  },
}));

export function toDeletion(row: Selectable<Tables["account_deletions"]> | undefined): AccountDeletion | undefined {
  return row && { userId: row.user_id, isByOwner: row.by_owner === 1, deleteAt: row.delete_at };
}

export const credentialQueries = defineQueries("database.credentials", ({ kysely: db, engine }) => ({
  /** Locks the credentials of a user. Until this transaction ends, other transactions that call `lock` for the same user wait. */
  async lock(userId: string): Promise<void> {
    await db
      .selectFrom("people")
      .select("id")
      .where("id", "=", userId)
      // SQLite needs no lock, because it has one writer at a time.
      .$if(engine.name === "postgres", (query) => query.forUpdate())
      .execute();
  },

  /** Returns whether the session or API token still exists. Returns false if it was revoked. */
  async exists({ kind, id }: Credential): Promise<boolean> {
    const table = kind === "session" ? "auth_sessions" : "api_tokens";
    return (await db.selectFrom(table).select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
  },

  /** Deletes all tokens of this user. Returns the number of deleted tokens. */
  async deleteTokens(userId: string): Promise<number> {
    const ofUser = db.deleteFrom("api_tokens").where("user_id", "=", userId);
    return Number((await ofUser.executeTakeFirstOrThrow()).numDeletedRows);
  },
}));
