import { defineQueries } from "../../platform/database/queries.ts";
import { notInTrash } from "../access/not-in-trash.ts";
import type { AdoptionQueries } from "./adoptions-port.ts";

export const adoptionQueries = defineQueries("database.adoptions", ({ kysely: db }): AdoptionQueries => {
  const adoptions = () => db.selectFrom("adopted_objects").select(["source_key", "old_id", "attachment_id"]);
  return {
    async insert({ sourceKey, oldId, attachmentId }) {
      const row = { source_key: sourceKey, old_id: oldId ?? null, attachment_id: attachmentId };
      const insert = db.insertInto("adopted_objects").values(row);
      const { numInsertedOrUpdatedRows } = await insert
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async find(sourceKey) {
      const row = await adoptions().where("source_key", "=", sourceKey).executeTakeFirst();
      return row && { sourceKey, oldId: row.old_id ?? undefined, attachmentId: row.attachment_id };
    },

    async findByOldId(oldId) {
      const row = await adoptions().where("old_id", "=", oldId).executeTakeFirst();
      return row?.attachment_id;
    },

    async findPrivateNote({ ownerId, title, noteId }) {
      const row = await db
        .selectFrom("notes")
        .select("id")
        .where("owner_id", "=", ownerId)
        .where("title", "=", title)
        .$if(noteId !== undefined, (query) => query.where("id", "=", noteId as string))
        .where(notInTrash.notes)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("note_shares").select("user_id").whereRef("note_shares.note_id", "=", "notes.id"))),
        )
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("invitations").select("id").whereRef("invitations.note_id", "=", "notes.id"))),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("links")
                .select("id")
                .whereRef("links.note_id", "=", "notes.id")
                .where("whole_note", "=", 1)
                .where("revoked_at", "is", null),
            ),
          ),
        )
        .orderBy("id")
        .limit(1)
        .executeTakeFirst();
      return row?.id;
    },
  };
});
