import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Uppy uploads are multipart only, so no form is signed any more.
 * No object is orphaned: each form was signed in the transaction that queued the deletion of its object, and that row stays.
 * The quota that the form has reserved is released when the reservation expires.
 */
export const dropSignedForms: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropTable("signed_forms").execute();
  },
};
