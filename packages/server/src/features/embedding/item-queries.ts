import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Item } from "./item.ts";
import type { ItemQueries } from "./items-port.ts";

export const itemQueries = defineQueries("database.items", ({ kysely: db, engine }): ItemQueries => {
  const select = () => db.selectFrom("items").select(["items.note_id", "items.resource", "items.item_id"]);
  return {
    async insert({ noteId, resource, itemId }) {
      await db.insertInto("items").values({ note_id: noteId, resource, item_id: itemId }).execute();
    },

    async findOfAttachments(attachmentIds) {
      const rows = await select()
        .innerJoin("attachments", "attachments.note_id", "items.note_id")
        .select("attachments.id")
        .where((eb) => engine.isIn(eb.ref("attachments.id"), engine.list(attachmentIds)))
        .execute();
      return new Map(rows.map((row) => [row.id, toItem(row) as Item]));
    },
  };
});

function toItem(row: Tables["items"] | undefined): Item | undefined {
  return row && { noteId: row.note_id, resource: row.resource, itemId: row.item_id };
}
