import { sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { AttachmentState, FileJobKind } from "../../platform/database/unions.ts";
import { orMissing } from "../../platform/database/writes.ts";
import { notInTrash } from "../access/sql.ts";

/** A job of a file. `attempts`: how often a replica has leased the job. A replica loses its lease when another replica leases the job. */
export type FileJob = {
  attachmentId: string;
  kind: FileJobKind;
  attempts: number;
  detail: string | null;
};

/** The number of due jobs that a replica reads before it leases one. Other replicas rarely lease so many in the meantime. */
const CANDIDATES = 20;

/** The work on single files that continues without an HTTP request. Triggers of the database add and remove the jobs for previews. */
export const fileJobQueries = defineQueries("database.file_jobs", ({ kysely: db }) => {
  const update = ({ attachmentId, kind }: Pick<FileJob, "attachmentId" | "kind">) =>
    db.updateTable("file_jobs").where("attachment_id", "=", attachmentId).where("kind", "=", kind);

  /** Selects the jobs of a kind. A job of a file in the trash waits until a person restores the file. */
  const select = (kind: FileJobKind) =>
    // The kind is a part of the text of the query. So PostgreSQL has a plan for each kind, because there can be far more jobs of one kind.
    db
      .selectFrom("file_jobs")
      .innerJoin("attachments", "attachments.id", "file_jobs.attachment_id")
      .where("kind", "=", sql.lit(kind))
      .where(notInTrash.attachments);

  return {
    async insert({ attachmentId, kind, detail, dueAt }: Omit<FileJob, "attempts"> & { dueAt: number }): Promise<void> {
      const row = { attachment_id: attachmentId, kind, due_at: dueAt, attempts: 0, detail };
      await orMissing(db.insertInto("file_jobs").values(row).execute(), "attachment");
    },

    /**
     * Leases the job that has been due for the longest time. When the lease ends, the job is due again. `except`: skips the jobs of files in
     * this state. If the query instead named the other states, PostgreSQL would read all due jobs.
     */
    async lease(
      kind: FileJobKind,
      { now, leaseEndsAt, except }: { now: number; leaseEndsAt: number; except?: AttachmentState | undefined },
    ): Promise<FileJob | undefined> {
      const candidates = await select(kind)
        .select(["attachment_id", "due_at"])
        .where("due_at", "<=", now)
        .$if(except !== undefined, (query) => query.where("state", "!=", except as AttachmentState))
        .orderBy("due_at")
        .limit(CANDIDATES)
        .execute();
      for (const seen of candidates) {
        // Only one replica can lease the row, because the update changes the row only if `due_at` still has the read value.
        const row = await update({ attachmentId: seen.attachment_id, kind })
          .where("due_at", "=", seen.due_at)
          .set((eb) => ({ due_at: leaseEndsAt, attempts: eb("attempts", "+", 1) }))
          .returning(["attempts", "detail"])
          .executeTakeFirst();
        if (row !== undefined) return { attachmentId: seen.attachment_id, kind, ...row };
      }
      return undefined;
    },

    /** Extends a lease. Returns false if the job has ended, or if the process has lost the lease. */
    async renew(job: FileJob, { leaseEndsAt }: { leaseEndsAt: number }): Promise<boolean> {
      const renewed = update(job).where("attempts", "=", job.attempts).set({ due_at: leaseEndsAt });
      return (await renewed.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },

    /** Ends a lease, and stores `detail`. If `dueAt` is null, only a command tries again. Does nothing if the process has lost the lease. */
    async postpone(job: FileJob, { dueAt }: { dueAt: number | null }): Promise<void> {
      const postponed = update(job).where("attempts", "=", job.attempts);
      await postponed.set({ due_at: dueAt, detail: job.detail }).execute();
    },

    async finish(attachmentId: string, kind: FileJobKind): Promise<void> {
      const rows = db.deleteFrom("file_jobs").where("attachment_id", "=", attachmentId);
      await rows.where("kind", "=", kind).execute();
    },

    /** Lists jobs after the id of a file, in the order of the ids, even if the jobs are not due. */
    async list(kind: FileJobKind, { after, limit }: { after: string; limit: number }): Promise<FileJob[]> {
      const rows = await select(kind)
        .select(["attachment_id", "attempts", "detail"])
        .where("attachment_id", ">", after)
        .orderBy("attachment_id")
        .limit(limit)
        .execute();
      return rows.map(({ attachment_id: attachmentId, ...job }) => ({ attachmentId, kind, ...job }));
    },

    /** Counts the jobs of files in a state. */
    async count(kind: FileJobKind, state: AttachmentState): Promise<number> {
      const count = select(kind)
        .where("state", "=", state)
        // Because of this condition, the database reads only the verifications in the index. A verification is always due at an instant.
        .$if(kind === "verification", (query) => query.where("due_at", "is not", null))
        .select((eb) => eb.fn.countAll<number | string>().as("count"));
      // On PostgreSQL, a count is a bigint.
      return Number((await count.executeTakeFirstOrThrow()).count);
    },
  };
});
