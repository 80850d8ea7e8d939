import { sql } from "kysely";
import { deleteInSteps } from "../database/delete-in-steps.ts";
import { defineQueries } from "../database/queries.ts";
import type { LimitCountQueries } from "./limit-counts-port.ts";

/**
 * Each method uses one statement, which both engines execute atomically.
 *
 * The package rate-limiter-flexible does not fit. The package needs its own driver for each database, and supports neither `node:sqlite`
 * nor Kysely. It also counts refused requests, and it can't give back a part of an amount.
 */
export const limitCountQueries = defineQueries(
  "database.limitCounts",
  ({ kysely: db }): LimitCountQueries => ({
    async take(key, { amount, max, now, expiresAt }) {
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

    async giveBack(key, { amount, expiresAt }) {
      await db
        .updateTable("limit_counts")
        .set(({ eb }) => ({ count: eb("count", "-", amount) }))
        .where("key", "=", key)
        .where("expires_at", "=", expiresAt)
        .execute();
    },

    async reset(key) {
      await db.deleteFrom("limit_counts").where("key", "=", key).execute();
    },

    async deleteExpired(now) {
      await deleteInSteps(db, {
        from: "limit_counts",
        key: ["key"],
        by: "expires_at",
        where: sql`expires_at <= ${now}`,
      });
    },
  }),
);
