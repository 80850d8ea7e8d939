import type { Kysely, Selectable } from "kysely";
import type { Note } from "../domain/note.ts";
import type { NoteQueries } from "../usecases/ports.ts";
import { deleteAttachmentsOf } from "./attachments.ts";
import { decodeCursor, toPage } from "./cursor.ts";
import type { Engine } from "./engine.ts";
import type { NotesTable, Tables } from "./schema.ts";

export const noteColumns = [
  "notes.id",
  "notes.owner_id",
  "notes.title",
  "notes.body",
  "notes.created_at",
  "notes.updated_at",
] as const;

export function toNote(row: Selectable<NotesTable>): Note {
  return {
    id: row.id,
    ownerId: row.owner_id,
    title: row.title,
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function noteQueries(db: Kysely<Tables>, engine: Engine): NoteQueries {
  return {
    async insert(note) {
      await db
        .insertInto("notes")
        .values({
          id: note.id,
          owner_id: note.ownerId,
          title: note.title,
          body: note.body,
          created_at: note.createdAt,
          updated_at: note.updatedAt,
        })
        .execute();
    },

    async update(noteId, change) {
      await db
        .updateTable("notes")
        .set({
          updated_at: change.updatedAt,
          ...(change.title === undefined ? {} : { title: change.title }),
          ...(change.body === undefined ? {} : { body: change.body }),
        })
        .where("id", "=", noteId)
        .execute();
    },

    async hold(noteId) {
      const row = await db
        .selectFrom("notes")
        .select("id")
        .where("id", "=", noteId)
        // On SQLite a transaction is the only writer from its beginning, and there is no such clause.
        .$if(engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row !== undefined;
    },

    async delete(noteId) {
      await deleteAttachmentsOf(db, noteId);
      await db.deleteFrom("notes").where("id", "=", noteId).execute();
    },

    async listOwned(userId, { limit, cursor }) {
      const after = decodeCursor(cursor);
      const rows = await db
        .selectFrom("notes")
        .select(noteColumns)
        .where("owner_id", "=", userId)
        .$if(after !== undefined, (query) => query.where("id", "<", after as string))
        .orderBy("id", "desc")
        .limit(limit + 1)
        .execute();
      return toPage(rows.map(toNote), limit);
    },

    async listShared(userId, { limit, cursor, now }) {
      const after = decodeCursor(cursor);
      const rows = await db
        .selectFrom("note_shares")
        .innerJoin("notes", "notes.id", "note_shares.note_id")
        .select(noteColumns)
        .select("note_shares.role")
        .where("note_shares.user_id", "=", userId)
        .where((eb) => eb.or([eb("note_shares.expires_at", "is", null), eb("note_shares.expires_at", ">", now)]))
        .$if(after !== undefined, (query) => query.where("note_shares.note_id", "<", after as string))
        .orderBy("note_shares.note_id", "desc")
        .limit(limit + 1)
        .execute();
      return toPage(
        rows.map((row) => ({ ...toNote(row), role: row.role })),
        limit,
      );
    },
  };
}
