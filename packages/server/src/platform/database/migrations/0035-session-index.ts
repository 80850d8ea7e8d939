import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Adds an index of sessions by expiry, so that the sweep finds the expired sessions without reading the others. */
export const sessionIndex: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.createIndex("auth_sessions_expires_at").on("auth_sessions").column("expires_at").execute();
  },
};
