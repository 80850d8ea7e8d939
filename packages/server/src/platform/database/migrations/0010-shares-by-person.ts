import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Adds an index that finds the shares of single attachments by person, newest first. For shared notes, the index `note_shares_user` does
 * the same.
 */
export const sharesByPerson: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const index = db.schema.createIndex("attachment_shares_user").on("attachment_shares");
    await index.columns(["user_id", "attachment_id"]).execute();
  },
};
