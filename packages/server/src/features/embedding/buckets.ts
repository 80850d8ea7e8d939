import { objectKeyAt } from "../../platform/bucket/numbered.ts";
import type { Database, Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { inventoryQueries } from "../storage/queries.ts";
import { applicationQueries, itemQueries } from "./queries.ts";

/** The number of a bucket in an object key has at most four digits. */
const MAX_NUMBER = 9_999;

/**
 * Returns the number of each bucket in the option `buckets`. A new bucket name gets the next number, and the number of a bucket never
 * changes. `wanted`: the location of each bucket (server, bucket name, key prefix), by its name in the option. Throws `bucket_unavailable`
 * if the database has files or items in a bucket that the option does not contain, or that now has another location.
 */
export async function numberBuckets(
  db: Database,
  wanted: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const known = await applicationQueries(db).buckets();
    for (const { name, number, place } of known) {
      const now = wanted.get(name);
      if (now === place || !(await isUsed(db, number))) continue;
      throw new DomainError(
        "bucket_unavailable",
        now === undefined
          ? `The database has files or items in the bucket "${name}" (${place}). Add this bucket to the option buckets.`
          : `The files of the bucket "${name}" are in ${place}, and not in ${now}. Set the former bucket, or use another name.`,
      );
    }
    const names = new Set(known.map(({ name }) => name));
    const last = Math.max(1, ...known.map(({ number }) => number));
    const added = [...wanted.keys()]
      .filter((name) => !names.has(name))
      .sort()
      .map((name, nth) => ({ name, number: last + 1 + nth, place: "" }));
    if (last + added.length > MAX_NUMBER) throw new DomainError("bucket_unavailable", "There are too many buckets.");
    const buckets = [...known, ...added].map((bucket) => ({
      ...bucket,
      place: wanted.get(bucket.name) ?? bucket.place,
    }));
    const isChanged = JSON.stringify(buckets) !== JSON.stringify(known);
    // If another process has changed the buckets, the numbers may be taken.
    if (isChanged && !(await applicationQueries(db).replaceBuckets(known, buckets))) continue;
    return new Map(buckets.map(({ name, number }) => [name, number]));
  }
}

/** Returns whether a file, a preview or an item uses the bucket with this number. */
async function isUsed(tx: Tx, number: number): Promise<boolean> {
  const mark = objectKeyAt({ number, key: "" });
  const { firstKeyOfFile, firstKeyOfPreview } = inventoryQueries(tx);
  for (const find of [firstKeyOfFile, firstKeyOfPreview, itemQueries(tx).firstPlace]) {
    if ((await find(mark))?.startsWith(mark)) return true;
  }
  return false;
}
