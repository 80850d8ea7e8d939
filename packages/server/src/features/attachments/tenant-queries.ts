import { type SqlBool, sql } from "kysely";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Attachment } from "../access/attachment.ts";
import { attachmentColumns, itemColumns, selectAttachments, toAttachment } from "../access/sql.ts";
import { inGroup, shownToViewers } from "./queries.ts";

/** The database uses the index for the files of tenants only if a query has exactly this condition (`attachments_of_tenant`). */
const OF_TENANT = sql<SqlBool>`(attachments.owner_id >= 'item:tenant:' and attachments.owner_id < 'item:tenant;')`;

/** The queries for the files of all items of a tenant. `ownerId`: the id that owns the notes of these items. */
export const tenantQueries = defineQueries("database.tenants", ({ kysely: db, engine }) => ({
  /** Returns one page of the listed files that viewers see, in order of creation, with the resources and ids of their items. */
  async page(
    ownerId: string,
    { limit, cursor }: PageRequest,
  ): Promise<Page<{ id: string; file: Attachment; item: { resource: string; itemId: string } }>> {
    const after = decodeCursor(cursor);
    const firstIn = (group: "sent" | "pending") =>
      db
        .selectFrom("attachments")
        .select("attachments.id")
        .where("owner_id", "=", ownerId)
        .where(OF_TENANT)
        .where(inGroup(group))
        .where(shownToViewers)
        .$if(after !== undefined, (query) => query.where("attachments.id", ">", after as string))
        .orderBy("attachments.id")
        .limit(limit + 1)
        .as("first");
    // The index sorts each group separately, like the index for the files of a note.
    const ids = db
      .selectFrom(firstIn("sent"))
      .selectAll()
      .unionAll(db.selectFrom(firstIn("pending")).selectAll())
      .orderBy("id")
      .limit(limit + 1);
    const rows = await db
      .selectFrom(ids.as("ids"))
      .innerJoin("attachments", "attachments.id", "ids.id")
      .innerJoin(engine.summaries, "notes.id", "attachments.note_id")
      .select(attachmentColumns)
      .select(itemColumns)
      .orderBy("attachments.id")
      .execute();
    const files = rows.map((row) => ({
      id: row.id,
      file: toAttachment(row),
      item: { resource: row.resource, itemId: row.item_id },
    }));
    return toPage(files, limit);
  },

  /** Locks and returns files with ids before `beforeId`, in any order. Also returns pending, staged and deleted files. */
  async hold(ownerId: string, { beforeId, limit }: { beforeId: string; limit: number }): Promise<Attachment[]> {
    const rows = await selectAttachments(db)
      .where("owner_id", "=", ownerId)
      .where(OF_TENANT)
      .where("id", "<", beforeId)
      .limit(limit)
      // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
      .$if(engine.name === "postgres", (query) => query.forUpdate())
      .execute();
    return rows.map(toAttachment);
  },
}));
