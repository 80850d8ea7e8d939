import { defineQueries } from "../../platform/database/queries.ts";
import { notInTrash } from "../access/sql.ts";

export type PreviewFailure = "not_a_picture" | "damaged" | "too_slow" | "too_much_memory" | "no_gain" | "unavailable";

/** A file that one process has leased to make its previews. `attempts`: the number of leases, including the current one. */
export type LeasedFile = { attachmentId: string; attempts: number };

/** The number of due files that a replica reads before it leases one file. */
const CANDIDATES = 20;

/** The files without previews. Triggers of the database add and remove the rows. */
export const missingPreviewQueries = defineQueries("database.missing_previews", ({ kysely: db }) => ({
  /** Leases the file that has been due for the longest time. When the lease ends, the file is due again. */
  async lease({ now, leaseEndsAt }: { now: number; leaseEndsAt: number }): Promise<LeasedFile | undefined> {
    const candidates = await db
      .selectFrom("missing_previews")
      .innerJoin("attachments", "attachments.id", "missing_previews.attachment_id")
      .select(["attachment_id", "due_at"])
      .where("due_at", "<=", now)
      .where(notInTrash.attachments)
      .orderBy("due_at")
      .limit(CANDIDATES)
      .execute();
    for (const seen of candidates) {
      // Only one replica can lease the row, because the update changes the row only if `due_at` still has the read value.
      const row = await db
        .updateTable("missing_previews")
        .set((eb) => ({ due_at: leaseEndsAt, attempts: eb("attempts", "+", 1) }))
        .where("attachment_id", "=", seen.attachment_id)
        .where("due_at", "=", seen.due_at)
        .returning(["attachment_id", "attempts"])
        .executeTakeFirst();
      if (row !== undefined) return { attachmentId: row.attachment_id, attempts: row.attempts };
    }
    return undefined;
  },

  /** Records why a file has no previews. If `dueAt` is null, only the command `valetkey previews` tries the file again. */
  async fail(
    attachmentId: string,
    { failure, dueAt }: { failure: PreviewFailure; dueAt: number | null },
  ): Promise<void> {
    await db
      .updateTable("missing_previews")
      .set({ failure, due_at: dueAt })
      .where("attachment_id", "=", attachmentId)
      .execute();
  },

  /** Lists files without previews after an id, in the order of their ids. */
  async list({ after, limit }: { after: string; limit: number }): Promise<string[]> {
    const rows = await db
      .selectFrom("missing_previews")
      .innerJoin("attachments", "attachments.id", "missing_previews.attachment_id")
      .select("attachment_id")
      .where("attachment_id", ">", after)
      .where(notInTrash.attachments)
      .orderBy("attachment_id")
      .limit(limit)
      .execute();
    return rows.map((row) => row.attachment_id);
  },

  async count(): Promise<number> {
    const { count } = await db
      .selectFrom("missing_previews")
      .select((eb) => eb.fn.countAll<number | string>().as("count"))
      .executeTakeFirstOrThrow();
    return Number(count);
  },

  async remove(attachmentId: string): Promise<void> {
    await db.deleteFrom("missing_previews").where("attachment_id", "=", attachmentId).execute();
  },
}));
