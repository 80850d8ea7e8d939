import { type RawBuilder, type SqlBool, sql } from "kysely";
import { END_OF_MARKS, type KeyRange } from "../../platform/bucket/numbered.ts";
import { changeFact, findFact } from "../../platform/database/facts.ts";
import { defineQueries } from "../../platform/database/queries.ts";

/** The place of each bucket by its number: endpoint, name and key prefix. Contains no secrets. */
export type BucketPlaces = Readonly<Record<number, string>>;
/**
 * `number`: the bucket that gets new uploads since the instant `since`. `holder`: the process that runs `valetkey move bucket`. The lease of
 * a killed process expires at `heldUntil`. `places`: from the settings of the last move. Instants are milliseconds since the epoch.
 */
type UploadBucket = {
  number: number;
  since: number;
  holder: string | null;
  heldUntil: number | null;
  places: BucketPlaces;
};
type Lease = { holder: string; now: number; heldUntil: number; number: number; places: BucketPlaces };

/** Without this fact, new uploads go to the bucket of the main settings (ADR 9). */
const UPLOAD_BUCKET = "upload-bucket";

export const uploadBucketQueries = defineQueries("database.uploadBucket", ({ kysely: db }) => {
  const find = () => findFact<UploadBucket>(db, UPLOAD_BUCKET);
  const change = (to: (found: UploadBucket | undefined) => UploadBucket | undefined) =>
    changeFact<UploadBucket>(db, { name: UPLOAD_BUCKET, change: to });
  return {
    find,

    /** Returns the place (endpoint, name and key prefix) of each bucket at the last move, by the number of the bucket. */
    async places(): Promise<BucketPlaces> {
      return (await find())?.places ?? {};
    },

    /**
     * Acquires or renews the lease of a move. Returns false while another process holds the lease. `number`: the first bucket for uploads.
     */
    hold: ({ holder, now, heldUntil, number, places }: Lease) =>
      change((found) => {
        const isFree = !found?.holder || found.holder === holder || (found.heldUntil ?? 0) <= now;
        return isFree ? { number, since: now, ...found, holder, heldUntil, places } : undefined;
      }),

    async release(holder: string): Promise<void> {
      await change((found) => (found?.holder === holder ? { ...found, holder: null, heldUntil: null } : undefined));
    },

    /** Sends all new uploads to a bucket. Does nothing if the bucket already receives new uploads, or if the lease has ended. */
    async direct({ holder, number, since }: { holder: string; number: number; since: number }): Promise<void> {
      await change((found) =>
        found?.holder === holder && found.number !== number ? { ...found, number, since } : undefined,
      );
    },

    /** Selects the bucket for new uploads in a backup, and ends the lease of `valetkey move bucket`. */
    async settle(number: number): Promise<void> {
      await change((found) => found && { ...found, number, holder: null, heldUntil: null });
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
