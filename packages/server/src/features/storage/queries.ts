import { type SqlBool, sql } from "kysely";
import { type BucketCapabilities, parseCapabilities } from "../../platform/bucket/port.ts";
import { findFact, putFact } from "../../platform/database/facts.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Attachment } from "../access/attachment.ts";
import { notInTrash, selectAttachments, toAttachment } from "../access/sql.ts";
import { endReservation, releaseQuota } from "../usage/queries.ts";
import { ENDED } from "../usage/usage.ts";

export type ObjectDeletion = {
  objectKey: string;
  /** The instant from which the deletion may run, in milliseconds since the epoch. Until then, a signed PUT can store the object again. */
  notBefore: number;
  attempts: number;
};

/** A planned deletion of an object. Until `notBefore`, the `sizeBytes` of the object count in the quota of `ownerId`. */
export type PlannedDeletion = { objectKey: string; notBefore: number; ownerId: string; sizeBytes: number };

/** The outbox of object deletions. Each deletion runs twice because of late PUTs (docs/security-requirements.md, 10). */
export const objectDeletionQueries = defineQueries("database.objectDeletions", ({ kysely: db, engine }) => {
  const select = () =>
    db.selectFrom("object_deletions").select(["object_key as objectKey", "not_before as notBefore", "attempts"]);
  return {
    /** Queues deletions of objects. A deletion that is already queued gets the new `notBefore`, and then runs two more times. */
    async put(...deletions: { objectKey: string; notBefore: number }[]): Promise<void> {
      if (deletions.length === 0) return;
      const fresh = { attempts: 0, swept_at: null };
      await db
        .insertInto("object_deletions")
        .values(
          deletions.map(({ objectKey, notBefore }) => ({ object_key: objectKey, not_before: notBefore, ...fresh })),
        )
        .onConflict((conflict) =>
          conflict
            .column("object_key")
            .doUpdateSet((eb) => ({ not_before: eb.ref("excluded.not_before"), swept_at: null })),
        )
        .execute();
    },

    async find(objectKey: string): Promise<ObjectDeletion | undefined> {
      return await select().where("object_key", "=", objectKey).executeTakeFirst();
    },

    /**
     * Cancels the deletion of an object, and releases its reservation. The deletion must not be due yet, because a due deletion may be
     * running. If the object can have a reservation, the caller must call `cancel` in a transaction.
     */
    async cancel(objectKey: string): Promise<void> {
      const reserved = await endReservation(db, objectKey);
      if (reserved !== undefined) await releaseQuota(db, reserved.ownerId, reserved);
    },

    /** Lists the due deletions, except for objects that a row still references, so that a mistake deletes no file. */
    async listDue(now: number, limit: number): Promise<ObjectDeletion[]> {
      return await select()
        .where("not_before", "<=", now)
        // PostgreSQL reads one row of the index for each deletion. With `not exists`, PostgreSQL would read the whole table.
        .where(
          (eb) =>
            eb
              .selectFrom("attachment_previews")
              .select("attachment_previews.name")
              .whereRef("attachment_previews.object_key", "=", "object_deletions.object_key"),
          "is",
          null,
        )
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom("attachments")
                .select("attachments.id")
                .whereRef("attachments.object_key", "=", "object_deletions.object_key")
                .where("attachments.state", "not in", ENDED),
            ),
          ),
        )
        .orderBy("not_before")
        .orderBy("object_key")
        .limit(limit)
        .execute();
    },

    /**
     * Records the deletions that ran. After the first run, `settle` makes the deletion due for its second run at `againAt`. After the
     * second run, `settle` removes the row of the deletion, unless the object still has a reservation. The caller must call `settle` in a
     * transaction.
     */
    async settle(objectKeys: readonly string[], { now, againAt }: { now: number; againAt: number }): Promise<void> {
      const isOne = engine.isIn(sql.ref("object_key"), engine.list(objectKeys));
      // If another replica has just settled a row, the row is not due any more, so the statements do not change the row.
      const isDue = sql<SqlBool>`${isOne} and not_before <= ${now}`;
      const isOver = db.deleteFrom("object_deletions").where(isDue).where("swept_at", "is not", null);
      await isOver.where("reserved_until", "is", null).execute();
      const change = db.updateTable("object_deletions").set({ swept_at: now, not_before: againAt, attempts: 0 });
      await change.where(isDue).execute();
    },

    /** Postpones a queued deletion of an object. Does nothing if the deletion has changed since the read of the caller. */
    async postpone(
      { objectKey, notBefore: seen }: ObjectDeletion,
      { notBefore }: { notBefore: number },
    ): Promise<void> {
      await db
        .updateTable("object_deletions")
        .set((eb) => ({ not_before: notBefore, attempts: eb("attempts", "+", 1) }))
        .where("object_key", "=", objectKey)
        .where("not_before", "=", seen)
        .execute();
    },
  };
});

type Probed = { capabilities: BucketCapabilities; askedAt: number };

const nameOf = (place: string) => `capabilities of ${place}`;

/** Stores the probed capabilities of each bucket. `place`: the endpoint and name of the bucket. Instants are in milliseconds. */
export const bucketCapabilityQueries = defineQueries("database.bucketCapabilities", ({ kysely: db }) => ({
  async find(place: string): Promise<Probed | undefined> {
    const found = await findFact<{ capabilities: unknown; askedAt: number }>(db, nameOf(place));
    const capabilities = found && parseCapabilities(found.capabilities);
    return capabilities && { capabilities, askedAt: found.askedAt };
  },

  async put({ place, ...probed }: Probed & { place: string }): Promise<void> {
    await putFact(db, { name: nameOf(place), value: probed });
  },
}));

/** The queries that compare the database with the bucket, page by page. */
export const inventoryQueries = defineQueries("database.inventory", ({ kysely: db, engine }) => {
  type Table = "attachments" | "attachment_previews" | "uploads" | "object_deletions";
  const among = (table: Table, objectKeys: readonly string[]) =>
    db
      .selectFrom(table)
      .select(`${table}.object_key`)
      .where((eb) => engine.isIn(eb.ref(`${table}.object_key`), engine.list(objectKeys)));

  return {
    /** Returns the keys that an attachment, preview, upload or queued deletion refers to. */
    async known(objectKeys: readonly string[]): Promise<Set<string>> {
      const rows = await among("attachments", objectKeys)
        .where("state", "not in", ENDED)
        // A complete upload references no object. An object at the key of a complete upload belongs to the attachment, or a client stored
        // the object after the copy of the service.
        .union(among("uploads", objectKeys).where("state", "not in", [...ENDED, "ready", "quarantined"]))
        .union(among("attachment_previews", objectKeys))
        .union(among("object_deletions", objectKeys))
        .execute();
      return new Set(rows.map((row) => row.object_key));
    },

    /** Returns the first object key of an attachment that is equal to `from` or follows it. */
    async firstKeyOfFile(from: string): Promise<string | undefined> {
      const keys = db.selectFrom("attachments").select("object_key").where("object_key", ">=", from);
      const row = await keys.where("state", "not in", ENDED).orderBy("object_key").limit(1).executeTakeFirst();
      return row?.object_key;
    },

    /** Returns the first object key of a preview that is equal to `from` or follows it. */
    async firstKeyOfPreview(from: string): Promise<string | undefined> {
      const keys = db.selectFrom("attachment_previews").select("object_key").where("object_key", ">=", from);
      return (await keys.orderBy("object_key").limit(1).executeTakeFirst())?.object_key;
    },

    /** Returns the object keys of the list that an attachment or a preview uses. */
    async inUse(objectKeys: readonly string[]): Promise<Set<string>> {
      const rows = await among("attachments", objectKeys)
        .where("state", "not in", ENDED)
        .union(among("attachment_previews", objectKeys))
        .execute();
      return new Set(rows.map((row) => row.object_key));
    },

    /** Returns the keys of the list that an attachment or preview already has, even the attachment of an ended upload. Keys are unique. */
    async taken(objectKeys: readonly string[]): Promise<Set<string>> {
      const rows = await among("attachments", objectKeys).union(among("attachment_previews", objectKeys)).execute();
      return new Set(rows.map((row) => row.object_key));
    },

    /** Returns the bucket's ids of the pending and complete multipart uploads for the given keys. */
    async multipartsUnder(objectKeys: readonly string[]): Promise<Set<string>> {
      const rows = await among("uploads", objectKeys)
        .select("bucket_upload_id")
        .where("bucket_upload_id", "is not", null)
        .where("state", "not in", ENDED)
        .execute();
      return new Set(rows.map((row) => row.bucket_upload_id as string));
    },

    /** Lists the ready attachments with keys in the range, in order. `upTo`: undefined for no end. */
    async listReady(range: { after: string; upTo: string | undefined; limit: number }): Promise<Attachment[]> {
      const { after, upTo, limit } = range;
      const rows = await selectAttachments(db)
        .where("state", "in", ["ready", "quarantined"])
        .where(notInTrash.attachments)
        .where("object_key", ">", after)
        .$if(upTo !== undefined, (query) => query.where("object_key", "<=", upTo as string))
        .orderBy("object_key")
        .limit(limit)
        .execute();
      return rows.map(toAttachment);
    },
  };
});

/**
 * An object that `valetkey adopt --list` has adopted. `sourceKey` is the key of the object in the adoption list. `oldId` is the id that the
 * file had in another application. The row remains after a deletion of the attachment, so a repeated adoption does not restore the file.
 */
export type Adoption = { sourceKey: string; oldId: string | undefined; attachmentId: string };

/** Separates the locks of adoptions from other locks. The number is arbitrary. */
const ADOPTION_LOCK = 1_107;

export const adoptionQueries = defineQueries("database.adoptions", ({ kysely: db, engine }) => {
  const adoptions = () => db.selectFrom("adopted_objects").select(["source_key", "old_id", "attachment_id"]);
  return {
    /**
     * Locks a key until the end of the transaction. An adoption with a copy and an adoption without a copy write no common row, so each
     * adoption must lock the key first. On SQLite, a transaction is the only writer.
     */
    async lock(sourceKey: string): Promise<void> {
      if (engine.name === "sqlite") return;
      await sql`select pg_advisory_xact_lock(${ADOPTION_LOCK}, hashtext(${sourceKey}))`.execute(db);
    },

    /** Returns false if an adoption of the key or the old id already exists. */
    async insert({ sourceKey, oldId, attachmentId }: Adoption): Promise<boolean> {
      const row = { source_key: sourceKey, old_id: oldId ?? null, attachment_id: attachmentId };
      const insert = db.insertInto("adopted_objects").values(row);
      const { numInsertedOrUpdatedRows } = await insert
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async find(sourceKey: string): Promise<Adoption | undefined> {
      const row = await adoptions().where("source_key", "=", sourceKey).executeTakeFirst();
      return row && { sourceKey, oldId: row.old_id ?? undefined, attachmentId: row.attachment_id };
    },

    /** Returns the id of the attachment with a given id in another application. */
    async findByOldId(oldId: string): Promise<string | undefined> {
      if (!engine.hasServiceTables) return undefined;
      const row = await adoptions().where("old_id", "=", oldId).executeTakeFirst();
      return row?.attachment_id;
    },

    /**
     * Finds the oldest note of the owner that has exactly this title and that no other person can open. Ignores notes in the trash, with
     * shares, with invitations, or with a link to the whole note.
     */
    async findPrivateNote(note: { ownerId: string; title: string; noteId?: string }): Promise<string | undefined> {
      const { ownerId, title, noteId } = note;
      const row = await db
        .selectFrom("notes")
        .select("id")
        .where("owner_id", "=", ownerId)
        .where("title", "=", title)
        .$if(noteId !== undefined, (query) => query.where("id", "=", noteId as string))
        .where(notInTrash.notes)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("note_shares").select("user_id").whereRef("note_shares.note_id", "=", "notes.id"))),
        )
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("invitations").select("id").whereRef("invitations.note_id", "=", "notes.id"))),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("links")
                .select("id")
                .whereRef("links.note_id", "=", "notes.id")
                .where("whole_note", "=", 1)
                .where("revoked_at", "is", null),
            ),
          ),
        )
        .orderBy("id")
        .limit(1)
        .executeTakeFirst();
      return row?.id;
    },
  };
});
