import { defineQueries } from "../../platform/database/queries.ts";
import { ENDED } from "../usage/usage.ts";
import type { ObjectDeletionQueries } from "./object-deletions-port.ts";

export const objectDeletionQueries = defineQueries(
  "database.objectDeletions",
  ({ kysely: db, engine }): ObjectDeletionQueries => {
    const select = () =>
      db.selectFrom("object_deletions").select(["object_key as objectKey", "not_before as notBefore", "attempts"]);
    return {
      async put(...deletions) {
        if (deletions.length === 0) return;
        const fresh = { attempts: 0, swept_at: null };
        await db
          .insertInto("object_deletions")
          .values(
            deletions.map(({ objectKey, notBefore }) => ({ object_key: objectKey, not_before: notBefore, ...fresh })),
          )
          .onConflict((conflict) =>
            conflict
              .column("object_key")
              .doUpdateSet((eb) => ({ not_before: eb.ref("excluded.not_before"), swept_at: null })),
          )
          .execute();
      },

      async find(objectKey) {
        return await select().where("object_key", "=", objectKey).executeTakeFirst();
      },

      async cancel(objectKey) {
        await db.deleteFrom("object_deletions").where("object_key", "=", objectKey).execute();
      },

      async listDue(now, limit) {
        return await select()
          .where("not_before", "<=", now)
          .where((eb) =>
            eb.not(
              eb.exists(
                eb
                  .selectFrom("attachments")
                  .select("attachments.id")
                  .whereRef("attachments.object_key", "=", "object_deletions.object_key")
                  .where("attachments.state", "not in", ENDED),
              ),
            ),
          )
          .orderBy("not_before")
          .orderBy("object_key")
          .limit(limit)
          .execute();
      },

      async settle(objectKeys, { now, againAt }) {
        const keys = engine.list(objectKeys);
        // If another replica has just settled a row, the row is no longer due, so this statement does not change it.
        await db
          .deleteFrom("object_deletions")
          .where((eb) => engine.isIn(eb.ref("object_key"), keys))
          .where("not_before", "<=", now)
          .where("swept_at", "is not", null)
          .execute();
        await db
          .updateTable("object_deletions")
          .set({ swept_at: now, not_before: againAt, attempts: 0 })
          .where((eb) => engine.isIn(eb.ref("object_key"), keys))
          .where("not_before", "<=", now)
          .where("swept_at", "is", null)
          .execute();
      },

      async postpone({ objectKey, notBefore: seen }, { notBefore }) {
        await db
          .updateTable("object_deletions")
          .set((eb) => ({ not_before: notBefore, attempts: eb("attempts", "+", 1) }))
          .where("object_key", "=", objectKey)
          .where("not_before", "=", seen)
          .execute();
      },
    };
  },
);
