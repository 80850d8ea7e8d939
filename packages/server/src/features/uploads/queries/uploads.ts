import type { Insertable, Kysely } from "kysely";
import { compiledOnce } from "../../../platform/database/compile-statement.ts";
import type { Engine } from "../../../platform/database/engine.ts";
import { defineQueries } from "../../../platform/database/queries.ts";
import { inOrder, type RunCalls } from "../../../platform/database/run-calls.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import type { AttachmentState } from "../../../platform/database/unions.ts";
import type { Attachment, Upload } from "../../access/attachment.ts";
import { toUpload } from "../../access/sql.ts";
import { usesCapacity } from "../../usage/usage.ts";
import { startRecords } from "../starts/record-start.ts";
import {
  type CompletedRecord,
  type CompletionStatements,
  compileCompletion,
  type UploadCompletion,
  uploadCompletions,
} from "./complete-statement.ts";
import {
  compileStart,
  countPendingOfNote,
  countPendingOfUser,
  forgettingKey,
  holdingStarts,
  leastExpiry,
  type PendingCounts,
  type StartedRecord,
  type StartStatements,
  type UploadStart,
  valuesOf,
} from "./start-statements.ts";

export type UploadStatements = { start: StartStatements; completion: CompletionStatements };

/** Compiles the statements that run for each upload. Runs no query on `db`. */
export function compileUploads(db: Kysely<Tables>, engine: Engine): UploadStatements {
  return { start: compileStart(db, engine), completion: compileCompletion(db, engine) };
}

/** The two steps that run for each upload. Each engine has a fast version of each step. */
export type UploadSteps = {
  /**
   * Decides in one step whether an upload may start, and records the start. Checks the access of the user, the limits, the quota and the
   * idempotency key. Records everything or nothing. Returns undefined if the note does not exist. In a transaction, the call of `start` or
   * `holdStarts` must come first.
   */
  start(start: UploadStart): Promise<StartedRecord | undefined>;
  /** Makes a pending attachment ready and records the event, if the user may add files. Returns undefined if the attachment was deleted. */
  complete(completion: UploadCompletion): Promise<CompletedRecord | undefined>;
};

/** Creates the functions that start and complete uploads in the database. `run`: must run all given calls in one transaction. */
export function uploadSteps(statements: UploadStatements, run: RunCalls): UploadSteps {
  return {
    start: uploadStarts(statements.start, run),
    complete: uploadCompletions(statements.completion, run),
  };
}

type Key = { userId: string; idempotencyKey: string };

const compiled = compiledOnce(compileUploads);

export const uploadQueries = defineQueries("database.uploads", ({ kysely: db, engine, run, clock }) => {
  const select = () => db.selectFrom("uploads").selectAll();
  return {
    ...uploadSteps(compiled({ kysely: db, engine }), inOrder(run)),

    /** Locks the upload starts of a user and on a note until the end of the transaction, in which this call must come first. */
    async holdStarts(of: { userId: string; noteId: string }): Promise<void> {
      // SQLite needs no lock, because a transaction is the only writer from its start.
      if (engine.name === "postgres") await holdingStarts(of).execute(db);
    },

    async countPending({ userId, noteId }: { userId: string; noteId: string }): Promise<PendingCounts> {
      return db
        .selectNoFrom([countPendingOfUser(userId).as("ofUser"), countPendingOfNote(noteId).as("ofNote")])
        .executeTakeFirstOrThrow();
    },

    async find(uploadId: string): Promise<Upload | undefined> {
      const row = await select().where("id", "=", uploadId).executeTakeFirst();
      return row && toUpload(row);
    },

    async findOfAttachment(attachmentId: string): Promise<Upload | undefined> {
      const ofAttachment = select().where("attachment_id", "=", attachmentId);
      const row = await ofAttachment.orderBy("id", "desc").limit(1).executeTakeFirst();
      return row && toUpload(row);
    },

    /** Returns the latest upload of each attachment, by attachment id. */
    async findOfAttachments(attachmentIds: readonly string[]): Promise<Map<string, Upload>> {
      const ofAttachments = select().where((eb) => engine.isIn(eb.ref("attachment_id"), engine.list(attachmentIds)));
      const rows = await ofAttachments.orderBy("id").execute();
      return new Map(rows.map((row) => [row.attachment_id, toUpload(row)]));
    },

    async findByKey({ userId, idempotencyKey }: Key): Promise<Upload | undefined> {
      const ofUser = select().where("user_id", "=", userId);
      const row = await ofUser.where("idempotency_key", "=", idempotencyKey).executeTakeFirst();
      return row && toUpload(row);
    },

    /**
     * Stores the idempotency key of the HTTP request that copied a file. The copy gets the row of a complete upload, so that the rules for
     * the idempotency keys of uploads also apply to copies.
     */
    async recordCopy(copy: Attachment, { id, idempotencyKey }: { id: string; idempotencyKey: string }): Promise<void> {
      const row: Insertable<Tables["uploads"]> = {
        id,
        attachment_id: copy.id,
        note_id: copy.noteId,
        user_id: copy.createdBy,
        object_key: copy.objectKey,
        strategy: "put",
        path: copy.path,
        filename: copy.filename,
        content_type: copy.contentType,
        size_bytes: copy.sizeBytes,
        staged: 0,
        state: "ready",
        // No URL can write to the object of a copy.
        expires_at: 0,
        created_at: copy.createdAt,
        idempotency_key: idempotencyKey,
      };
      await db.insertInto("uploads").values(row).execute();
    },

    /**
     * Frees an idempotency key if its upload started before `startedBefore`, or if the upload is pending and expires within a second. A
     * transition to a final state other than `ready` also frees the idempotency key.
     */
    async forgetKey(
      { userId, idempotencyKey }: Key,
      { now, startedBefore }: { now: number; startedBefore: number },
    ): Promise<void> {
      await forgettingKey({ userId, idempotencyKey, startedBefore, expiresBefore: leastExpiry(now) }).execute(db);
    },

    async transition(uploadId: string, { from, to }: { from: AttachmentState; to: AttachmentState }): Promise<boolean> {
      const result = await db
        .updateTable("uploads")
        .set({
          state: to,
          ...(usesCapacity(to) ? {} : { idempotency_key: null }),
          ...(from === "pending" && usesCapacity(to) ? { completed_at: clock() } : {}),
        })
        .where("id", "=", uploadId)
        .where("state", "=", from)
        .executeTakeFirstOrThrow();
      return result.numUpdatedRows === 1n;
    },

    /** Lists pending uploads that expired before this instant, the earliest expiry first. */
    async listAbandoned(before: number, limit: number): Promise<Upload[]> {
      const abandoned = select().where("state", "=", "pending").where("expires_at", "<", before);
      return (await abandoned.orderBy("expires_at").limit(limit).execute()).map(toUpload);
    },
  };
});

/** Creates the function that starts uploads in the database. `run`: must run all given calls in one transaction. */
export function uploadStarts(statements: StartStatements, run: RunCalls) {
  const record = startRecords(statements, run);
  return (start: UploadStart) => record(valuesOf(start));
}
