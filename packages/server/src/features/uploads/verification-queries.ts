import { orMissing } from "../../platform/database/constraints.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { notInTrash } from "../access/not-in-trash.ts";
import type { VerificationQueries } from "./verifications-port.ts";

/**
 * The number of due verifications that a replica reads, to claim one of them. The number is large enough that other replicas do not claim
 * all of them at the same moment.
 */
const CANDIDATES = 20;

export const verificationQueries = defineQueries(
  "database.verifications",
  ({ kysely: db }): VerificationQueries => ({
    async insert({ attachmentId, etag, needsScan, dueAt }) {
      const row = { attachment_id: attachmentId, etag, needs_scan: needsScan ? 1 : 0, due_at: dueAt } as const;
      const insert = db
        .insertInto("verifications")
        .values({ ...row, holder: null, attempts: 0 })
        .execute();
      await orMissing(insert, { code: "attachment_not_found", message: "Attachment not found" });
    },

    async claim(claim) {
      const candidates = await db
        .selectFrom("verifications")
        .innerJoin("attachments", "attachments.id", "verifications.attachment_id")
        .select(["attachment_id", "due_at"])
        .where("due_at", "<=", claim.now)
        // Leaves out files in the trash. The verification of such a file waits until somebody restores the file.
        .where(notInTrash.attachments)
        .$if(!claim.canScan, (query) => query.where("needs_scan", "=", 0))
        .orderBy("due_at")
        .limit(CANDIDATES)
        .execute();
      for (const seen of candidates) {
        // The update changes the row only if `due_at` still has the value that this replica has read. So only one replica can claim the
        // row.
        const row = await db
          .updateTable("verifications")
          .set((eb) => ({ holder: claim.holder, due_at: claim.leaseEndsAt, attempts: eb("attempts", "+", 1) }))
          .where("attachment_id", "=", seen.attachment_id)
          .where("due_at", "=", seen.due_at)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) continue;
        const { attachment_id: attachmentId, etag, needs_scan, attempts } = row;
        return { attachmentId, etag, needsScan: needs_scan === 1, holder: claim.holder, attempts };
      }
      return undefined;
    },

    async renew({ attachmentId, holder }, { leaseEndsAt }) {
      const result = await db
        .updateTable("verifications")
        .set({ due_at: leaseEndsAt })
        .where("attachment_id", "=", attachmentId)
        .where("holder", "=", holder)
        .executeTakeFirstOrThrow();
      return result.numUpdatedRows === 1n;
    },

    async release({ attachmentId, holder }, { dueAt }) {
      await db
        .updateTable("verifications")
        .set({ due_at: dueAt, holder: null })
        .where("attachment_id", "=", attachmentId)
        .where("holder", "=", holder)
        .execute();
    },

    async countNeedingScan() {
      const { count } = await db
        .selectFrom("verifications")
        .select((eb) => eb.fn.countAll<number | string>().as("count"))
        .where("needs_scan", "=", 1)
        .executeTakeFirstOrThrow();
      // On PostgreSQL, a count is a bigint.
      return Number(count);
    },

    async remove(attachmentId) {
      await db.deleteFrom("verifications").where("attachment_id", "=", attachmentId).execute();
    },
  }),
);
