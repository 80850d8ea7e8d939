import type { Kysely } from "kysely";
import { decodeCursor, encodeCursor, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Annotations, Attachment } from "../access/attachment.ts";
import { attachmentColumns, itemColumns, toAttachment } from "../access/sql.ts";
import { inGroup, shownToViewers } from "./queries.ts";
import { type AnnotatedFile, insertTerms } from "./sql.ts";

/** The maximum number of files with the first search term that one query reads. */
const WINDOW = 2_000;

/** The queries for the tags and metadata of files. The caller must run each write in a transaction. */
export const annotationQueries = defineQueries("database.annotations", ({ kysely: db, engine }) => ({
  /** Stores the annotations of a new file, unless it already has some, because a client can repeat the start of an upload. */
  async addNew({ id, noteId }: AnnotatedFile, annotations: Annotations): Promise<void> {
    const file = db
      .updateTable("attachments")
      .set({ annotations: JSON.stringify(annotations) })
      .where("id", "=", id);
    const { numUpdatedRows } = await file.where("annotations", "is", null).executeTakeFirstOrThrow();
    if (numUpdatedRows === 1n) await insertTerms(db, { id, noteId, annotations });
  },

  /** Replaces the annotations of a file. The transaction must have locked the file before. */
  async put({ id, noteId }: AnnotatedFile, annotations: Annotations): Promise<void> {
    const stored = JSON.stringify(annotations);
    await db.updateTable("attachments").set({ annotations: stored }).where("id", "=", id).execute();
    await db.deleteFrom("file_terms").where("attachment_id", "=", id).execute();
    await insertTerms(db, { id, noteId, annotations });
  },

  /** Returns one page of a note's listed attachments that have all search terms, in order of creation. */
  async pageOfNote(
    { noteId, terms: [first, ...others] }: { noteId: string; terms: readonly string[] },
    { limit, cursor }: PageRequest,
  ): Promise<Page<Attachment>> {
    const rows = await withTerm(db, { first, others, after: decodeCursor(cursor) })
      .where("file_terms.note_id", "=", noteId)
      .limit(limit + 1)
      .execute();
    return toPage(rows.map(toAttachment), limit);
  },

  /**
   * Returns one page of the listed attachments of all items of a resource that have all search terms, in order of creation. Reads at most
   * `WINDOW` files with the first term. So a page can have a cursor even if it has fewer files than its limit.
   */
  async pageOfResource(
    { resource, terms: [first, ...others] }: { resource: string; terms: readonly string[] },
    { limit, cursor }: PageRequest,
  ): Promise<Page<Attachment & { itemId: string }>> {
    const after = decodeCursor(cursor);
    const lastOfWindow = await db
      .selectFrom("file_terms")
      .select("attachment_id as id")
      .where("term", "=", first ?? "")
      .$if(after !== undefined, (query) => query.where("attachment_id", ">", after as string))
      .orderBy("attachment_id")
      .offset(WINDOW - 1)
      .limit(1)
      .executeTakeFirst();
    const rows = await withTerm(db, { first, others, after })
      .innerJoin(engine.summaries, "notes.id", "file_terms.note_id")
      .select(itemColumns)
      .where("notes.resource", "=", resource)
      .$if(lastOfWindow !== undefined, (query) => query.where("file_terms.attachment_id", "<=", lastOfWindow?.id ?? ""))
      .limit(limit + 1)
      .execute();
    const found = rows.map((row) => ({ ...toAttachment(row), itemId: row.item_id }));
    const page = toPage(found, limit);
    return { items: page.items, nextCursor: page.nextCursor ?? (lastOfWindow && encodeCursor(lastOfWindow.id)) };
  },
}));

type Search = { first: string | undefined; others: readonly string[]; after: string | undefined };

function withTerm(db: Kysely<Tables>, { first, others, after }: Search) {
  return db
    .selectFrom("file_terms")
    .innerJoin("attachments", "attachments.id", "file_terms.attachment_id")
    .select(attachmentColumns)
    .where("file_terms.term", "=", first ?? "")
    .where(inGroup("sent", "pending"))
    .where(shownToViewers)
    .where((eb) =>
      eb.and(
        others.map((term) =>
          eb.exists(
            eb
              .selectFrom("file_terms as other")
              .select("other.term")
              .whereRef("other.attachment_id", "=", "file_terms.attachment_id")
              .where("other.term", "=", term),
          ),
        ),
      ),
    )
    .$if(after !== undefined, (query) => query.where("file_terms.attachment_id", ">", after as string))
    .orderBy("file_terms.attachment_id");
}
