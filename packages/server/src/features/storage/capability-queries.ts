import type { Kysely } from "kysely";
import { parseCapabilities } from "../../platform/bucket/capabilities.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { BucketCapabilityQueries } from "./capabilities-port.ts";

export function bucketCapabilityQueries(db: Kysely<Tables>): BucketCapabilityQueries {
  return {
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
  };
}
