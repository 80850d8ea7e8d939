import { sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Attachment } from "../access/attachment.ts";
import { attachmentColumns, STAGED, toAttachment } from "../access/sql.ts";
import { releaseQuotaOf } from "./queries.ts";

/** The queries for staged files, which the application has not attached yet. */
export const stagedQueries = defineQueries("database.staged", ({ kysely: db, engine }) => ({
  /** Attaches a file of `item` that was staged after the instant `after`. Returns undefined if there is no such file. */
  async attach(
    attachmentId: string,
    { after, item }: { after: number; item: { resource: string; itemId: string } | undefined },
  ): Promise<Attachment | undefined> {
    const row = await db
      .updateTable("attachments")
      .set({ trash_id: null })
      .where("id", "=", attachmentId)
      .where("trash_id", "=", STAGED)
      .where("created_at", ">", after)
      .$if(item !== undefined, (query) =>
        query.where("note_id", "in", (eb) =>
          eb
            .selectFrom("notes")
            .select("notes.id")
            .where("resource", "=", item?.resource ?? "")
            .where("item_id", "=", item?.itemId ?? ""),
        ),
      )
      .returning(attachmentColumns)
      .executeTakeFirst();
    return row && toAttachment(row);
  },

  /** Deletes and returns one file that was staged until `before`, unless an open transaction attaches it. `noteId`: only of this note. */
  async deleteOne(before: number, noteId?: string): Promise<Attachment | undefined> {
    const old = db
      .selectFrom("attachments")
      .select("id")
      .where("trash_id", "=", sql.lit(STAGED))
      .where("created_at", "<=", before)
      .$if(noteId !== undefined, (query) => query.where("note_id", "=", noteId as string))
      .limit(1)
      .$if(engine.name === "postgres", (query) => query.forUpdate().skipLocked());
    const row = await db
      .deleteFrom("attachments")
      .where("id", "in", old)
      .returning(attachmentColumns)
      .executeTakeFirst();
    if (row !== undefined) await releaseQuotaOf(db, [row]);
    return row && toAttachment(row);
  },
}));
