import { parseCapabilities } from "../../platform/bucket/port.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { BucketCapabilityQueries } from "./capabilities-port.ts";

export const bucketCapabilityQueries = defineQueries(
  "database.bucketCapabilities",
  ({ kysely: db }): BucketCapabilityQueries => ({
    async find(place) {
      const row = await db.selectFrom("bucket_capabilities").selectAll().where("place", "=", place).executeTakeFirst();
      const capabilities = row && parseCapabilities(JSON.parse(row.capabilities));
      return capabilities && { capabilities, askedAt: row.asked_at };
    },

    async put({ place, capabilities, askedAt }) {
      const values = { capabilities: JSON.stringify(capabilities), asked_at: askedAt };
      await db
        .insertInto("bucket_capabilities")
        .values({ place, ...values })
        .onConflict((conflict) => conflict.column("place").doUpdateSet(values))
        .execute();
    },
  }),
);
