import type { Kysely } from "kysely";
import type { Tables } from "../../platform/database/schema.ts";
import type { ApplicationQueries } from "./application-port.ts";

export function applicationQueries(db: Kysely<Tables>): ApplicationQueries {
  return {
    async claim({ name, bucket }) {
      await db
        .insertInto("application")
        .values({ id: 1, name, bucket })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
      return db.selectFrom("application").select(["name", "bucket"]).executeTakeFirstOrThrow();
    },
  };
}
