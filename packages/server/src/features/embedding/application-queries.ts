import { defineQueries } from "../../platform/database/queries.ts";
import type { ApplicationQueries } from "./application-port.ts";

export const applicationQueries = defineQueries(
  "database.application",
  ({ kysely: db }): ApplicationQueries => ({
    async claim({ name, bucket }) {
      await db
        .insertInto("application")
        .values({ id: 1, name, bucket })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
      return db.selectFrom("application").select(["name", "bucket"]).executeTakeFirstOrThrow();
    },
  }),
);
