import type { Kysely } from "kysely";
import type { Tables } from "../../platform/database/schema.ts";
import type { Annotations } from "../access/attachment.ts";
import { termsOf } from "./annotations.ts";

export type AnnotatedFile = { id: string; noteId: string };

/** Adds the search terms of a file, which must have none. */
export async function insertTerms(
  db: Kysely<Tables>,
  { id, noteId, annotations }: AnnotatedFile & { annotations: Annotations },
): Promise<void> {
  const rows = [...new Set(termsOf(annotations))].map((term) => ({ attachment_id: id, term, note_id: noteId }));
  if (rows.length > 0) await db.insertInto("file_terms").values(rows).execute();
}
