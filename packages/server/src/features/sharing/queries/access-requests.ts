import { type Expression, type Kysely, sql } from "kysely";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { orMissing } from "../../../platform/database/writes.ts";

export function countOpenRequests(db: Kysely<Tables>, noteId: Expression<string>) {
  return db
    .selectFrom("access_requests")
    .select(sql<number>`count(*)`.as("count"))
    .where("access_requests.note_id", "=", noteId)
    .where("access_requests.dismissed_at", "is", null);
}

export const accessRequestQueries = defineQueries("database.accessRequests", ({ kysely: db, engine }) => ({
  /** Stores a request for access. Returns false if the user has an open request, or one that was dismissed after `dismissedBefore`. */
  async open(request: { noteId: string; userId: string; now: number; dismissedBefore: number }): Promise<boolean> {
    const { noteId, userId, now, dismissedBefore } = request;
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
    const { numInsertedOrUpdatedRows } = await orMissing(open, "note");
    return numInsertedOrUpdatedRows === 1n;
  },

  /** Lists the open requests for access to this note, oldest first. */
  async listOpen(noteId: string): Promise<AccessRequest[]> {
    const rows = await db
      .selectFrom("access_requests")
      .leftJoin("people", "people.id", "access_requests.user_id")
      .select(["user_id", "requested_at", "people.name", "people.email", "people.email_proven_by"])
      .where("note_id", "=", noteId)
      .where("dismissed_at", "is", null)
      .orderBy("requested_at")
      .orderBy("user_id")
      .execute();
    return rows.map(({ email_proven_by, ...row }) => ({
      ...fromColumns(row),
      isEmailProven: email_proven_by !== null,
    }));
  },

  async countOpen(noteId: string): Promise<number> {
    const { count } = await countOpenRequests(db, sql.val(noteId)).executeTakeFirstOrThrow();
    return count;
  },

  /** Marks the open request of this user as dismissed. Returns false if this user has no open request. */
  async dismiss({ noteId, userId, now }: { noteId: string; userId: string; now: number }): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable("access_requests")
      .set({ dismissed_at: now })
      .where("note_id", "=", noteId)
      .where("user_id", "=", userId)
      .where("dismissed_at", "is", null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  },

  /** Deletes the open and the dismissed requests of these users. Call this function when the users get access. */
  async delete(noteId: string, userIds: readonly string[]): Promise<number> {
    if (userIds.length === 0) return 0;
    const { numDeletedRows } = await db
      .deleteFrom("access_requests")
      .where("note_id", "=", noteId)
      .where((eb) => engine.isIn(eb.ref("user_id"), engine.list(userIds)))
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  },
}));

export type AccessRequest = {
  userId: string;
  name: string | undefined;
  email: string | undefined;
  /** Whether the user has proven the email address. Everybody can sign up with the email address of another person. */
  isEmailProven: boolean;
  /** Milliseconds since the epoch. */
  requestedAt: number;
};
