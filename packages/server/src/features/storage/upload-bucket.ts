import { END_OF_MARKS, FIRST_OTHER_MARK, placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { inventoryQueries, uploadBucketQueries } from "./queries.ts";

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

/**
 * Checks that the settings have all buckets that the database names. Throws `bucket_unavailable` otherwise, because a process without these
 * settings could not serve some files.
 */
export async function requireSettingsOfBuckets(
  db: Tx,
  { numbers, forUploads }: { numbers: readonly number[]; forUploads: number },
): Promise<void> {
  if (!numbers.includes(forUploads)) {
    throw missingSettings(forUploads, `New uploads go to bucket ${forUploads}`);
  }
  const { firstKeyOfFile, firstKeyOfPreview } = inventoryQueries(db);
  for (const firstKey of [firstKeyOfFile, firstKeyOfPreview]) {
    const number = await firstOtherNumber(firstKey, numbers);
    if (number !== undefined) throw missingSettings(number, `The database has files in bucket ${number}`);
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
