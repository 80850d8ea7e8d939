import { sql } from "kysely";
import { defineQueries } from "../database/queries.ts";
import { deleteInSteps } from "../database/writes.ts";

/**
 * Counts amounts in time windows, for the limits that all replicas share. Each method uses one statement, which both engines execute
 * atomically.
 *
 * The package rate-limiter-flexible does not fit. The package needs its own driver for each database, and supports neither `node:sqlite`
 * nor Kysely. The package also counts refused requests, and can't give back a part of an amount.
 */
export const limitCountQueries = defineQueries("database.limitCounts", ({ kysely: db }) => ({
  /**
   * Adds `amount` to the count of the open window if the sum is at most `max`. If no window is open, opens a window that expires at
   * `expiresAt`. Returns whether the amount was added, and the expiry of the open window. If the amount was not added, nothing has
   * changed.
   */
  async take(key: string, request: { amount: number; max: number; now: number; expiresAt: number }) {
    const { amount, max, now, expiresAt } = request;
    const isOver = sql<boolean>`limit_counts.expires_at <= ${now}`;
    const taken = await db
      .insertInto("limit_counts")
      .values({ key, count: amount, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict
          .column("key")
          .doUpdateSet({
            count: sql`case when ${isOver} then excluded.count else limit_counts.count + excluded.count end`,
            expires_at: sql`case when ${isOver} then excluded.expires_at else limit_counts.expires_at end`,
          })
          .where(sql<boolean>`(${isOver} or limit_counts.count + excluded.count <= ${max})`),
      )
      .returning("expires_at")
      .executeTakeFirst();
    if (taken !== undefined) return { isTaken: true, expiresAt: taken.expires_at };
    const open = await db.selectFrom("limit_counts").select("expires_at").where("key", "=", key).executeTakeFirst();
    return { isTaken: false, expiresAt: open?.expires_at ?? now };
  },

  /** Subtracts `amount` from the count of the window that expires at `expiresAt`. Does nothing if this window is not open any more. */
  async giveBack(key: string, { amount, expiresAt }: { amount: number; expiresAt: number }): Promise<void> {
    await db
      .updateTable("limit_counts")
      .set(({ eb }) => ({ count: eb("count", "-", amount) }))
      .where("key", "=", key)
      .where("expires_at", "=", expiresAt)
      .execute();
  },

  /** Closes the open window, so that the count is 0. */
  async reset(key: string): Promise<void> {
    await db.deleteFrom("limit_counts").where("key", "=", key).execute();
  },

  async deleteExpired(now: number): Promise<void> {
    await deleteInSteps(db, { from: "limit_counts", key: ["key"], by: "expires_at", where: sql`expires_at <= ${now}` });
  },
}));

export type LimitCountQueries = ReturnType<typeof limitCountQueries>;
