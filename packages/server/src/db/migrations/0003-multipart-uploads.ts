import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf } from "./column-types.ts";

/** What an upload in parts needs besides: the bucket's id of it, and how the file was cut. */
export function multipartUploads(engine: EngineName): Migration {
  const { text, integer } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      // One column a statement: SQLite adds no two at once.
      await db.schema.alterTable("uploads").addColumn("bucket_upload_id", text).execute();
      await db.schema.alterTable("uploads").addColumn("part_size", integer).execute();
    },
  };
}
