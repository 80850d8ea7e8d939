import { END_OF_MARKS, FIRST_OTHER_MARK, placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { type BucketPlaces, inventoryQueries, uploadBucketQueries } from "./queries.ts";

/** The number of the bucket for new uploads. A replica reads it again every few seconds, as the rules of administrators. */
export type UploadBucket = { readonly number: number; refresh(): Promise<void> };

/** `first`: the number of the bucket in the main settings, which gets the uploads until the first move. */
export function createUploadBucket({ db, first }: { db: Tx; first: number }): UploadBucket {
  let number = first;
  return {
    get number() {
      return number;
    },
    async refresh() {
      number = (await uploadBucketQueries(db).find())?.number ?? first;
    },
  };
}

/** A bucket of the settings. The place is compared with the database, and people read the title. */
export type BucketSettings = { number: number; place: string; title: string };

/**
 * Checks that the settings have all buckets that the database names, and that no bucket has the number of another bucket. Throws
 * `bucket_unavailable` otherwise, because a process with these settings could not serve some files.
 */
export async function requireSettingsOfBuckets(
  db: Tx,
  { buckets, forUploads }: { buckets: readonly BucketSettings[]; forUploads: number },
): Promise<void> {
  requireOldNumbers(buckets, await uploadBucketQueries(db).places());
  const numbers = buckets.map(({ number }) => number);
  if (!numbers.includes(forUploads)) {
    throw missingSettings(forUploads, `New uploads go to bucket ${forUploads}`);
  }
  const { firstKeyOfFile, firstKeyOfPreview } = inventoryQueries(db);
  for (const firstKey of [firstKeyOfFile, firstKeyOfPreview]) {
    const number = await firstOtherNumber(firstKey, numbers);
    if (number !== undefined) throw missingSettings(number, `The database has files in bucket ${number}`);
  }
}

/** A bucket that the database does not know can have any number, because the endpoint of a bucket can get another name. */
function requireOldNumbers(buckets: readonly BucketSettings[], places: BucketPlaces): void {
  for (const [nth, { number, place, title }] of buckets.entries()) {
    const old = Object.entries(places).find(([, known]) => known === place)?.[0];
    if (old === undefined || places[number] === place) continue;
    const problem = `${title} is bucket ${old}, but the settings give it the number ${number}.`;
    const remedy = `Set ${nth === 0 ? "" : "NEXT_"}S3_BUCKET_NUMBER=${old}.`;
    throw new DomainError("bucket_unavailable", `${problem} ${remedy} docs/moving.md explains the numbers.`);
  }
}

function missingSettings(number: number, fact: string): DomainError {
  const problem = `${fact}, but the settings have no bucket with the number ${number}.`;
  const remedy = `Add the settings of that bucket, with S3_BUCKET_NUMBER=${number} or NEXT_S3_BUCKET_NUMBER=${number}. docs/moving.md explains the two blocks of settings.`;
  return new DomainError("bucket_unavailable", `${problem}\n${remedy}`);
}

/** Returns the first number of a bucket that is not in the list. Each step skips all keys of one bucket with the index. */
async function firstOtherNumber(
  firstKey: (from: string) => Promise<string | undefined>,
  numbers: readonly number[],
): Promise<number | undefined> {
  let from = "";
  for (;;) {
    const objectKey = await firstKey(from);
    if (objectKey === undefined) return undefined;
    const { number, key } = placeOfKey(objectKey);
    if (!numbers.includes(number)) return number;
    if (objectKey >= END_OF_MARKS) return undefined;
    if (objectKey < FIRST_OTHER_MARK) from = FIRST_OTHER_MARK;
    else from = key === objectKey ? `${objectKey}\u0001` : `bucket:${number}0`;
  }
}
