import { defineQueries } from "../../platform/database/queries.ts";
import type { GuardedNoteQueries } from "./access-port.ts";
import { notInTrash } from "./not-in-trash.ts";

/** The queries about a note for features that do not know what a note contains. */
export const guardedNoteQueries = defineQueries(
  "database.notes",
  ({ kysely: db, engine }): GuardedNoteQueries => ({
    async hold(noteId) {
      const row = await db
        .selectFrom("notes")
        .select("id")
        .where("id", "=", noteId)
        .where(notInTrash.notes)
        // SQLite has no `for update` and needs no lock, because a transaction on SQLite is the only writer from its start.
        .$if(engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row !== undefined;
    },

    async titlesOf(noteIds) {
      const rows = await db
        .selectFrom("notes")
        .select(["id", "title"])
        .where((eb) => engine.isIn(eb.ref("id"), engine.list(noteIds)))
        .where(notInTrash.notes)
        .execute();
      return new Map(rows.map((row) => [row.id, row.title]));
    },
  }),
);
