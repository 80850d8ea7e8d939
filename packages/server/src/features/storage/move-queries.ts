import { type RawBuilder, type SqlBool, sql } from "kysely";
import { END_OF_MARKS, type KeyRange } from "../../platform/bucket/numbered.ts";
import { defineQueries } from "../../platform/database/queries.ts";

/** The bucket for new uploads, and the lease of the command that moves files. All instants are milliseconds since the epoch. */
type UploadBucket = { number: number; since: number; holder: string | null; heldUntil: number | null };
/** The place of each bucket by its number: endpoint, name and key prefix. */
export type BucketPlaces = Readonly<Record<number, string>>;
type Lease = { holder: string; now: number; heldUntil: number; number: number; places: BucketPlaces };

export const uploadBucketQueries = defineQueries("database.uploadBucket", ({ kysely: db }) => {
  const select = () =>
    db.selectFrom("upload_bucket").select(["number", "since", "holder", "held_until as heldUntil"]).where("id", "=", 1);
  return {
    async find(): Promise<UploadBucket | undefined> {
      return await select().executeTakeFirst();
    },

    /** Returns the place (endpoint, name and key prefix) of each bucket at the last move, by the number of the bucket. */
    async places(): Promise<BucketPlaces> {
      const row = await db.selectFrom("upload_bucket").select("places").where("id", "=", 1).executeTakeFirst();
      return JSON.parse(row?.places ?? "{}");
    },

    /**
     * Acquires or renews the lease of a move. Returns false while another process holds the lease. `number`: the first bucket for uploads.
     */
    async hold(lease: Lease): Promise<boolean> {
      const { holder, now, heldUntil, number } = lease;
      const places = JSON.stringify(lease.places);
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("upload_bucket")
        .values({ id: 1, number, since: now, holder, held_until: heldUntil, places })
        .onConflict((conflict) =>
          conflict
            .column("id")
            .doUpdateSet({ holder, held_until: heldUntil, places })
            .where((eb) =>
              eb.or([
                eb("upload_bucket.holder", "is", null),
                eb("upload_bucket.holder", "=", holder),
                eb("upload_bucket.held_until", "<=", now),
              ]),
            ),
        )
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async release(holder: string): Promise<void> {
      await db
        .updateTable("upload_bucket")
        .set({ holder: null, held_until: null })
        .where("holder", "=", holder)
        .execute();
    },

    /** Sends all new uploads to a bucket. Does nothing if the bucket already receives new uploads, or if the lease has ended. */
    async direct({ holder, number, since }: { holder: string; number: number; since: number }): Promise<void> {
      await db
        .updateTable("upload_bucket")
        .set({ number, since })
        .where("holder", "=", holder)
        .where("number", "<>", number)
        .execute();
    },
  };
});

/** The object of a verified file or of a confirmed preview. */
export type NamedObject = {
  kind: "file" | "preview";
  attachmentId: string;
  /** The filename, or the name of the preview. */
  name: string;
  objectKey: string;
  /** False for an adopted object, which the service never deletes. */
  isOwn: boolean;
  sizeBytes: number;
  sha256: string | undefined;
};

type Page = { range: KeyRange; limit: number };
export type Amount = { objects: number; bytes: number };

/** The queries of `valetkey move bucket`. A range contains the keys of one bucket. */
export const moveQueries = defineQueries("database.moves", ({ kysely: db }) => {
  const files = (range: KeyRange) => db.selectFrom("attachments").where(isInRange("attachments.object_key", range));
  const complete = (range: KeyRange) => files(range).where("state", "in", ["ready", "quarantined"]);
  const previews = (range: KeyRange) => db.selectFrom("attachment_previews").where(isInRange("object_key", range));
  const deletions = (range: KeyRange) => db.selectFrom("object_deletions").where(isInRange("object_key", range));

  return {
    async listFiles({ range, limit }: Page): Promise<NamedObject[]> {
      const rows = await complete(range)
        .select(["id", "filename", "object_key", "owns_object", "size_bytes", "checksum_sha256"])
        .orderBy("object_key")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        ...{ kind: "file", attachmentId: row.id, name: row.filename, objectKey: row.object_key },
        ...{ isOwn: row.owns_object === 1, sizeBytes: row.size_bytes, sha256: row.checksum_sha256 ?? undefined },
      }));
    },

    async listPreviews({ range, limit }: Page): Promise<NamedObject[]> {
      const rows = await previews(range)
        .select(["attachment_id", "name", "object_key", "size_bytes", "checksum_sha256"])
        .where("width", "is not", null)
        .orderBy("object_key")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        ...{ kind: "preview", attachmentId: row.attachment_id, name: row.name, objectKey: row.object_key },
        ...{ isOwn: true, sizeBytes: row.size_bytes, sha256: row.checksum_sha256 },
      }));
    },

    async measure(range: KeyRange, { adopted }: { adopted: boolean }): Promise<Amount> {
      const size = sql<number>`coalesce(sum(size_bytes), 0)`.as("bytes");
      const ofFiles = complete(range).$if(!adopted, (query) => query.where("owns_object", "=", 1));
      const rows = [
        await ofFiles.select((eb) => [eb.fn.countAll<number>().as("objects"), size]).executeTakeFirstOrThrow(),
        await previews(range)
          .where("width", "is not", null)
          .select((eb) => [eb.fn.countAll<number>().as("objects"), size])
          .executeTakeFirstOrThrow(),
      ];
      return rows.map(toAmount).reduce(addAmounts);
    },

    async countAdopted(range: KeyRange): Promise<number> {
      const adopted = complete(range).where("owns_object", "=", 0);
      const row = await adopted.select((eb) => eb.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
      return Number(row.count);
    },

    /**
     * Counts the files and previews in the bucket whose upload, copy or verification is unfinished. Also returns the last instant at which
     * one of these uploads expires. An object that the service is storing now has a queued deletion that is due after `after`.
     */
    async unsettled(range: KeyRange, { after }: { after: number }): Promise<{ count: number; lastExpiresAt: number }> {
      const ofFiles = await files(range)
        .where("attachments.state", "in", ["pending", "verifying", "scanning"])
        .leftJoin("uploads", "uploads.attachment_id", "attachments.id")
        .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.max("uploads.expires_at").as("last")])
        .executeTakeFirstOrThrow();
      const ofPreviews = await previews(range)
        .where("width", "is", null)
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      const beingStored = await deletions(range)
        .where("swept_at", "is", null)
        .where("not_before", ">", after)
        .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.max("not_before").as("last")])
        .executeTakeFirstOrThrow();
      const counts = [ofFiles, ofPreviews, beingStored].map(({ count }) => Number(count));
      const lastExpiresAt = Math.max(Number(ofFiles.last ?? 0), Number(beingStored.last ?? 0));
      return { count: counts.reduce((sum, count) => sum + count), lastExpiresAt };
    },

    /** `first`: the latest due time of a first run. `second`: the latest due time of a second run. 0 without such a queued run. */
    async lastDeletions(range: KeyRange): Promise<{ first: number; second: number }> {
      const last = () => deletions(range).select((eb) => eb.fn.max("not_before").as("at"));
      const first = await last().where("swept_at", "is", null).executeTakeFirst();
      const second = await last().where("swept_at", "is not", null).executeTakeFirst();
      return { first: Number(first?.at ?? 0), second: Number(second?.at ?? 0) };
    },

    /** Changes the object key of a row. Returns false if the row was deleted, or references another object now. */
    async rename({ kind, attachmentId, objectKey }: NamedObject, to: string): Promise<boolean> {
      const values = { object_key: to };
      const change =
        kind === "file"
          ? db.updateTable("attachments").set(values).where("id", "=", attachmentId).where("object_key", "=", objectKey)
          : db
              .updateTable("attachment_previews")
              .set(values)
              .where("attachment_id", "=", attachmentId)
              .where("object_key", "=", objectKey);
      const { numUpdatedRows } = await change.executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** Returns whether the row still references the object. */
    async names({ kind, attachmentId, objectKey }: NamedObject): Promise<boolean> {
      const row =
        kind === "file"
          ? await db.selectFrom("attachments").select("object_key").where("id", "=", attachmentId).executeTakeFirst()
          : await db
              .selectFrom("attachment_previews")
              .select("object_key")
              .where("object_key", "=", objectKey)
              .executeTakeFirst();
      return row?.object_key === objectKey;
    },
  };
});

export function isInRange(column: string, { after, before, unmarked }: KeyRange): RawBuilder<SqlBool> {
  const key = sql.ref(column);
  const conditions = [sql`${key} > ${after}`];
  if (before !== undefined) conditions.push(sql`${key} < ${before}`);
  // The mark of a numbered bucket is `bucket:`, up to four digits, and a slash.
  const hasMark = sql`ltrim(substr(${key}, 8, 5), '0123456789') like '/%'`;
  if (unmarked) conditions.push(sql`not (${key} < ${END_OF_MARKS} and ${hasMark})`);
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

function toAmount({ objects, bytes }: Amount): Amount {
  return { objects: Number(objects), bytes: Number(bytes) };
}

export function addAmounts(one: Amount, other: Amount): Amount {
  return { objects: one.objects + other.objects, bytes: one.bytes + other.bytes };
}
