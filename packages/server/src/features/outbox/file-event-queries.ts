import type { Selectable } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { ClaimedFileEvent, FileEventQueries } from "./file-events-port.ts";

export const fileEventQueries = defineQueries(
  "database.fileEvents",
  ({ kysely: db, engine }): FileEventQueries => ({
    async insert({ id, kind, resource, itemId, file }, { dueAt }) {
      const event = { id, kind, resource, item_id: itemId, file: JSON.stringify(file) };
      await db
        .insertInto("file_events")
        .values({ ...event, due_at: dueAt, attempts: 0 })
        .execute();
    },

    async claim({ now, leaseEndsAt, resources, limit }) {
      const due = await db
        .selectFrom("file_events")
        .select(["id", "due_at"])
        .where("due_at", "<=", now)
        .where((eb) => engine.isIn(eb.ref("resource"), engine.list(resources)))
        .orderBy("due_at")
        .orderBy("id")
        .limit(limit)
        .execute();
      const claimed: ClaimedFileEvent[] = [];
      for (const seen of due) {
        // The update changes the row only if `due_at` still has the value that this replica has read. So only one replica can claim the
        // row.
        const row = await db
          .updateTable("file_events")
          .set((eb) => ({ due_at: leaseEndsAt, attempts: eb("attempts", "+", 1) }))
          .where("id", "=", seen.id)
          .where("due_at", "=", seen.due_at)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) claimed.push(toEvent(row));
      }
      return claimed;
    },

    async remove(eventId) {
      await db.deleteFrom("file_events").where("id", "=", eventId).execute();
    },

    async postpone({ id, leaseEndsAt }, { dueAt }) {
      await db
        .updateTable("file_events")
        .set({ due_at: dueAt })
        .where("id", "=", id)
        .where("due_at", "=", leaseEndsAt)
        .execute();
    },

    async itemOfNote(noteId) {
      const row = await db.selectFrom("items").selectAll().where("note_id", "=", noteId).executeTakeFirst();
      return row && { noteId: row.note_id, resource: row.resource, itemId: row.item_id };
    },
  }),
);

function toEvent(row: Selectable<Tables["file_events"]>): ClaimedFileEvent {
  const { id, kind, resource, item_id: itemId, attempts, due_at: leaseEndsAt } = row;
  return { id, kind, resource, itemId, file: JSON.parse(row.file), attempts, leaseEndsAt };
}
