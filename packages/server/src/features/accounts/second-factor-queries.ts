import { defineQueries } from "../../platform/database/queries.ts";
import type { SecondFactorQueries } from "./second-factors-port.ts";

export const secondFactorQueries = defineQueries(
  "database.secondFactors",
  ({ kysely: db, engine }): SecondFactorQueries => {
    const deleteCodes = (userId: string) => db.deleteFrom("recovery_codes").where("user_id", "=", userId);
    return {
      async start({ userId, sealedSecret }) {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto("second_factors")
          .values({ user_id: userId, sealed_secret: sealedSecret, confirmed_at: null, last_step: 0 })
          .onConflict((conflict) =>
            conflict
              .column("user_id")
              .doUpdateSet((eb) => ({ sealed_secret: eb.ref("excluded.sealed_secret"), last_step: 0 }))
              .where("second_factors.confirmed_at", "is", null),
          )
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows === 1n;
      },

      async find(userId) {
        const row = await db
          .selectFrom("second_factors")
          .selectAll()
          .where("user_id", "=", userId)
          // SQLite needs no lock, because it has one writer at a time. So no other transaction is making a change.
          .$if(engine.name === "postgres", (query) => query.forShare())
          .executeTakeFirst();
        return row && { userId, sealedSecret: row.sealed_secret, confirmedAt: row.confirmed_at ?? undefined };
      },

      async useStep(userId, { step, sealedSecret }) {
        const { numUpdatedRows } = await db
          .updateTable("second_factors")
          .set({ last_step: step, sealed_secret: sealedSecret })
          .where("user_id", "=", userId)
          .where("last_step", "<", step)
          .executeTakeFirstOrThrow();
        return numUpdatedRows === 1n;
      },

      async confirm(userId, now) {
        await db.updateTable("second_factors").set({ confirmed_at: now }).where("user_id", "=", userId).execute();
      },

      async remove(userId) {
        await deleteCodes(userId).execute();
        const row = await db
          .deleteFrom("second_factors")
          .where("user_id", "=", userId)
          .returning("confirmed_at")
          .executeTakeFirst();
        return row !== undefined && row.confirmed_at !== null;
      },

      async replaceRecoveryCodes(userId, hashes) {
        await deleteCodes(userId).execute();
        await db
          .insertInto("recovery_codes")
          .values(hashes.map((code_hash) => ({ user_id: userId, code_hash })))
          .execute();
      },

      async useRecoveryCode(userId, hash) {
        const { numDeletedRows } = await deleteCodes(userId).where("code_hash", "=", hash).executeTakeFirstOrThrow();
        return numDeletedRows === 1n;
      },

      async countRecoveryCodes(userId) {
        const { count } = await db
          .selectFrom("recovery_codes")
          .select((eb) => eb.fn.countAll<number>().as("count"))
          .where("user_id", "=", userId)
          .executeTakeFirstOrThrow();
        return Number(count);
      },
    };
  },
);
