import type { Kysely } from "kysely";
import { compiledOnce } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { RunCalls } from "../../platform/database/run-calls.ts";
import { inOrder } from "../../platform/database/run-calls.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { toUpload } from "../access/rows.ts";
import { usesCapacity } from "../usage/usage.ts";
import { type CompletionStatements, compileCompletion, uploadCompletions } from "./complete-statement.ts";
import { leastExpiry, uploadStarts } from "./starts/start-upload.ts";
import {
  compileStart,
  countPendingOfNote,
  countPendingOfUser,
  holdingStarts,
  type StartStatements,
} from "./starts/start-upload-statements.ts";
import type { UploadQueries } from "./uploads-port.ts";

/** The compiled statements for uploads. */
export type UploadStatements = { start: StartStatements; completion: CompletionStatements };

/** Compiles the statements that run for each upload. Runs no query on `db`. */
export function compileUploads(db: Kysely<Tables>, engine: Engine): UploadStatements {
  return { start: compileStart(db, engine), completion: compileCompletion(db, engine) };
}

/**
 * The queries that start and complete an upload. These queries run for each upload, so they must be fast. `run` must run all its calls in
 * one transaction.
 */
export function uploadSteps(statements: UploadStatements, run: RunCalls): Pick<UploadQueries, "start" | "complete"> {
  return {
    start: uploadStarts(statements.start, run),
    complete: uploadCompletions(statements.completion, run),
  };
}

const compiled = compiledOnce(compileUploads);

export const uploadQueries = defineQueries("database.uploads", ({ kysely: db, engine, run }): UploadQueries => {
  const select = () => db.selectFrom("uploads").selectAll();
  return {
    ...uploadSteps(compiled({ kysely: db, engine }), inOrder(run)),

    async holdStarts(of) {
      // SQLite needs no lock, because a transaction is the only writer from its start.
      if (engine.name === "postgres") await holdingStarts(of).execute(db);
    },

    async countPending({ userId, noteId }) {
      return db
        .selectNoFrom([countPendingOfUser(userId).as("ofUser"), countPendingOfNote(noteId).as("ofNote")])
        .executeTakeFirstOrThrow();
    },

    async find(uploadId) {
      const row = await select().where("id", "=", uploadId).executeTakeFirst();
      return row && toUpload(row);
    },

    async findOfAttachment(attachmentId) {
      const ofAttachment = select().where("attachment_id", "=", attachmentId);
      const row = await ofAttachment.orderBy("id", "desc").limit(1).executeTakeFirst();
      return row && toUpload(row);
    },

    async findOfAttachments(attachmentIds) {
      const ofAttachments = select().where((eb) => engine.isIn(eb.ref("attachment_id"), engine.list(attachmentIds)));
      const rows = await ofAttachments.orderBy("id").execute();
      return new Map(rows.map((row) => [row.attachment_id, toUpload(row)]));
    },

    async findByKey({ userId, idempotencyKey }) {
      const ofUser = select().where("user_id", "=", userId);
      const row = await ofUser.where("idempotency_key", "=", idempotencyKey).executeTakeFirst();
      return row && toUpload(row);
    },

    async forgetKey({ userId, idempotencyKey }, { now, startedBefore }) {
      await db
        .updateTable("uploads")
        .set({ idempotency_key: null })
        .where("user_id", "=", userId)
        .where("idempotency_key", "=", idempotencyKey)
        .where((eb) =>
          eb.or([
            eb("created_at", "<=", startedBefore),
            eb.and([eb("state", "=", "pending"), eb("expires_at", "<", leastExpiry(now))]),
          ]),
        )
        .execute();
    },

    async transition(uploadId, { from, to }) {
      const result = await db
        .updateTable("uploads")
        .set({ state: to, ...(usesCapacity(to) ? {} : { idempotency_key: null }) })
        .where("id", "=", uploadId)
        .where("state", "=", from)
        .executeTakeFirstOrThrow();
      return result.numUpdatedRows === 1n;
    },

    async listAbandoned(before, limit) {
      const abandoned = select().where("state", "=", "pending").where("expires_at", "<", before);
      return (await abandoned.orderBy("expires_at").limit(limit).execute()).map(toUpload);
    },
  };
});
