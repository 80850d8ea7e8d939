import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf } from "./column-types.ts";

/** Adds the columns of multipart uploads: the id in the bucket, and the part size. */
export function multipartUploads(engine: EngineName): Migration {
  const { text, integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      // SQLite can add only one column with each statement.
      await db.schema.alterTable("uploads").addColumn("bucket_upload_id", text).execute();
      await db.schema.alterTable("uploads").addColumn("part_size", integer).execute();
    },
  };
}
