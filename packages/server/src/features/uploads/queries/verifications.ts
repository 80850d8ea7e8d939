import { defineQueries } from "../../../platform/database/queries.ts";
import { orMissing } from "../../../platform/database/writes.ts";
import { notInTrash } from "../../access/sql.ts";

/** The number of due verifications that a replica reads before it leases one. Other replicas rarely lease so many in the meantime. */
const CANDIDATES = 20;

export const verificationQueries = defineQueries("database.verifications", ({ kysely: db }) => ({
  async insert({ attachmentId, etag, needsScan, dueAt }: QueuedVerification): Promise<void> {
    const row = { attachment_id: attachmentId, etag, needs_scan: needsScan ? 1 : 0, due_at: dueAt } as const;
    const insert = db
      .insertInto("verifications")
      .values({ ...row, holder: null, attempts: 0 })
      .execute();
    await orMissing(insert, "attachment");
  },

  /**
   * Leases the verification that is due for the longest time, until its lease ends. `canScan`: false skips verifications with a virus scan.
   */
  async lease(lease: {
    now: number;
    holder: string;
    leaseEndsAt: number;
    canScan: boolean;
  }): Promise<LeasedVerification | undefined> {
    const candidates = await db
      .selectFrom("verifications")
      .innerJoin("attachments", "attachments.id", "verifications.attachment_id")
      .select(["attachment_id", "due_at"])
      .where("due_at", "<=", lease.now)
      // The verification of a file in the trash waits until a person restores the file.
      .where(notInTrash.attachments)
      .$if(!lease.canScan, (query) => query.where("needs_scan", "=", 0))
      .orderBy("due_at")
      .limit(CANDIDATES)
      .execute();
    for (const seen of candidates) {
      // Only one replica can lease the row, because the update changes the row only if `due_at` still has the read value.
      const row = await db
        .updateTable("verifications")
        .set((eb) => ({ holder: lease.holder, due_at: lease.leaseEndsAt, attempts: eb("attempts", "+", 1) }))
        .where("attachment_id", "=", seen.attachment_id)
        .where("due_at", "=", seen.due_at)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) continue;
      const { attachment_id: attachmentId, etag, needs_scan, attempts } = row;
      return { attachmentId, etag, needsScan: needs_scan === 1, holder: lease.holder, attempts };
    }
    return undefined;
  },

  /** Extends the lease of the process. Returns false if the verification has ended, or if another process has leased the verification. */
  async renew(
    { attachmentId, holder }: Pick<LeasedVerification, "attachmentId" | "holder">,
    { leaseEndsAt }: { leaseEndsAt: number },
  ): Promise<boolean> {
    const result = await db
      .updateTable("verifications")
      .set({ due_at: leaseEndsAt })
      .where("attachment_id", "=", attachmentId)
      .where("holder", "=", holder)
      .executeTakeFirstOrThrow();
    return result.numUpdatedRows === 1n;
  },

  /** Ends the lease, and makes the verification due at `dueAt`. Does nothing if another process has leased the verification. */
  async release(
    { attachmentId, holder }: Pick<LeasedVerification, "attachmentId" | "holder">,
    { dueAt }: { dueAt: number },
  ): Promise<void> {
    await db
      .updateTable("verifications")
      .set({ due_at: dueAt, holder: null })
      .where("attachment_id", "=", attachmentId)
      .where("holder", "=", holder)
      .execute();
  },

  async countNeedingScan(): Promise<number> {
    const { count } = await db
      .selectFrom("verifications")
      .select((eb) => eb.fn.countAll<number | string>().as("count"))
      .where("needs_scan", "=", 1)
      .executeTakeFirstOrThrow();
    // On PostgreSQL, a count is a bigint.
    return Number(count);
  },

  async remove(attachmentId: string): Promise<void> {
    await db.deleteFrom("verifications").where("attachment_id", "=", attachmentId).execute();
  },
}));

type QueuedVerification = {
  attachmentId: string;
  /** The ETag of the object when the verification was queued. If the object has another ETag now, the object has changed. */
  etag: string;
  needsScan: boolean;
  dueAt: number;
};

export type LeasedVerification = Omit<QueuedVerification, "dueAt"> & {
  holder: string;
  /** The number of leases of the verification, including the current lease. */
  attempts: number;
};
