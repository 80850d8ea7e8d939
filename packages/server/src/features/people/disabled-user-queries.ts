import type { Selectable } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AccountDeletion, DisabledUserQueries } from "./disabled-users-port.ts";

export const disabledUserQueries = defineQueries(
  "database.disabledUsers",
  ({ kysely: db }): DisabledUserQueries => ({
    async add(userId, now) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("disabled_users")
        .values({ user_id: userId, disabled_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      await db.deleteFrom("auth_sessions").where("user_id", "=", userId).execute();
      return numInsertedOrUpdatedRows === 1n;
    },

    async remove(userId, { exceptSession } = { exceptSession: undefined }) {
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

    async findDeletion(userId) {
      return toDeletion(
        await db.selectFrom("account_deletions").selectAll().where("user_id", "=", userId).executeTakeFirst(),
      );
    },
  }),
);

export function toDeletion(row: Selectable<Tables["account_deletions"]> | undefined): AccountDeletion | undefined {
  return row && { userId: row.user_id, isByOwner: row.by_owner === 1, deleteAt: row.delete_at };
}
