import { type Expression, type Kysely, sql } from "kysely";
import { orMissing } from "../../platform/database/constraints.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AccessRequestQueries } from "./access-requests-port.ts";

/** Counts the open requests for access to a note. */
export function countOpenRequests(db: Kysely<Tables>, noteId: Expression<string>) {
  return db
    .selectFrom("access_requests")
    .select(sql<number>`count(*)`.as("count"))
    .where("access_requests.note_id", "=", noteId)
    .where("access_requests.dismissed_at", "is", null);
}

export const accessRequestQueries = defineQueries(
  "database.accessRequests",
  ({ kysely: db, engine }): AccessRequestQueries => ({
    async open({ noteId, userId, now, dismissedBefore }) {
      const open = db
        .insertInto("access_requests")
        .values({ note_id: noteId, user_id: userId, requested_at: now, dismissed_at: null })
        .onConflict((conflict) =>
          conflict
            .columns(["note_id", "user_id"])
            .doUpdateSet({ requested_at: now, dismissed_at: null })
            .where("access_requests.dismissed_at", "<=", dismissedBefore),
        )
        .executeTakeFirstOrThrow();
      const { numInsertedOrUpdatedRows } = await orMissing(open, { code: "note_not_found", message: "Note not found" });
      return numInsertedOrUpdatedRows === 1n;
    },

    async listOpen(noteId) {
      const rows = await db
        .selectFrom("access_requests")
        .leftJoin("people", "people.id", "access_requests.user_id")
        .select(["user_id", "requested_at", "people.name", "people.email", "people.email_proven_by"])
        .where("note_id", "=", noteId)
        .where("dismissed_at", "is", null)
        .orderBy("requested_at")
        .orderBy("user_id")
        .execute();
      return rows.map((row) => ({
        userId: row.user_id,
        name: row.name ?? undefined,
        email: row.email ?? undefined,
        isEmailProven: row.email_proven_by !== null,
        requestedAt: row.requested_at,
      }));
    },

    async countOpen(noteId) {
      const { count } = await countOpenRequests(db, sql.val(noteId)).executeTakeFirstOrThrow();
      return count;
    },

    async dismiss({ noteId, userId, now }) {
      const { numUpdatedRows } = await db
        .updateTable("access_requests")
        .set({ dismissed_at: now })
        .where("note_id", "=", noteId)
        .where("user_id", "=", userId)
        .where("dismissed_at", "is", null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async delete(noteId, userIds) {
      if (userIds.length === 0) return 0;
      const { numDeletedRows } = await db
        .deleteFrom("access_requests")
        .where("note_id", "=", noteId)
        .where((eb) => engine.isIn(eb.ref("user_id"), engine.list(userIds)))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  }),
);
