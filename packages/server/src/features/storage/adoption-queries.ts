import { defineQueries } from "../../platform/database/queries.ts";
import { notInTrash } from "../access/sql.ts";

/**
 * An object that `valetkey adopt --list` has adopted. `sourceKey`: the key of the object in the list. `oldId`: the id that the file had in
 * another application. The row stays when the attachment is deleted, so a repeated adoption does not bring the file back.
 */
export type Adoption = { sourceKey: string; oldId: string | undefined; attachmentId: string };

export const adoptionQueries = defineQueries("database.adoptions", ({ kysely: db }) => {
  const adoptions = () => db.selectFrom("adopted_objects").select(["source_key", "old_id", "attachment_id"]);
  return {
    /** Returns false if the key or the old id has an adoption already. */
    async insert({ sourceKey, oldId, attachmentId }: Adoption): Promise<boolean> {
      const row = { source_key: sourceKey, old_id: oldId ?? null, attachment_id: attachmentId };
      const insert = db.insertInto("adopted_objects").values(row);
      const { numInsertedOrUpdatedRows } = await insert
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async find(sourceKey: string): Promise<Adoption | undefined> {
      const row = await adoptions().where("source_key", "=", sourceKey).executeTakeFirst();
      return row && { sourceKey, oldId: row.old_id ?? undefined, attachmentId: row.attachment_id };
    },

    /** Returns the id of the attachment that had this id in another application. */
    async findByOldId(oldId: string): Promise<string | undefined> {
      const row = await adoptions().where("old_id", "=", oldId).executeTakeFirst();
      return row?.attachment_id;
    },

    /**
     * Finds the oldest note of the owner with exactly this title that nobody else can open. Notes in the trash, with shares, with
     * invitations, or with a link to the whole note do not count.
     */
    async findPrivateNote({
      ownerId,
      title,
      noteId,
    }: {
      ownerId: string;
      title: string;
      noteId?: string;
    }): Promise<string | undefined> {
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
