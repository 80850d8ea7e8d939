import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Drops the table of signed forms. Uppy uploads are now always multipart, so the service signs no more forms.
 * No object is left behind: the transaction that signed a form also queued the deletion of its object, and this queued deletion remains.
 * The quota that a form has reserved is released when its reservation expires.
 */
export const dropSignedForms: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropTable("signed_forms").execute();
  },
};
