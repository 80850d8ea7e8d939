import { END_OF_MARKS, FIRST_OTHER_MARK, placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { type BucketPlaces, uploadBucketQueries } from "./move-queries.ts";
import { inventoryQueries } from "./queries.ts";

/** The number of the bucket for new uploads. Each replica reads the number again every few seconds. */
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

/** A bucket in the settings. `place`: compared with the place in the database. `title`: the name of the bucket for people. */
export type BucketSettings = { number: number; place: string; title: string };

/** The difference between the settings and the buckets of the database, and its remedy. */
export type BucketFault = { problem: string; remedy: string };

type BucketsOfSettings = { buckets: readonly BucketSettings[]; forUploads: number };

/** Throws `bucket_unavailable` if `faultOfBuckets` finds a fault, because a process with these settings could not serve some files. */
export async function requireSettingsOfBuckets(db: Tx, settings: BucketsOfSettings): Promise<void> {
  const fault = await faultOfBuckets(db, settings);
  if (fault === undefined) return;
  throw new DomainError("bucket_unavailable", `${fault.problem} ${fault.remedy}`);
}

/** Checks that the settings have all buckets that the database names, and that no bucket has the number of another bucket. */
export async function faultOfBuckets(
  db: Tx,
  { buckets, forUploads }: BucketsOfSettings,
): Promise<BucketFault | undefined> {
  const renumbered =
    faultOfNumbers(buckets, await uploadBucketQueries(db).places()) ?? (await faultBeforeMove(db, buckets));
  if (renumbered !== undefined) return renumbered;
  const numbers = buckets.map(({ number }) => number);
  if (!numbers.includes(forUploads)) return missingSettings(forUploads, `New uploads go to bucket ${forUploads}`);
  const { firstKeyOfFile, firstKeyOfPreview } = inventoryQueries(db);
  for (const firstKey of [firstKeyOfFile, firstKeyOfPreview]) {
    const number = await firstOtherNumber(firstKey, numbers);
    if (number !== undefined) return missingSettings(number, `The database has files in bucket ${number}`);
  }
}

/** A bucket that the database does not know can have any number, because the endpoint of a bucket can get another name. */
function faultOfNumbers(buckets: readonly BucketSettings[], places: BucketPlaces): BucketFault | undefined {
  for (const [nth, { number, place, title }] of buckets.entries()) {
    const old = Object.entries(places).find(([, known]) => known === place)?.[0];
    if (old === undefined || places[number] === place) continue;
    return {
      problem: `${title} is bucket ${old}, but the settings give it the number ${number}.`,
      remedy: `Set ${nth === 0 ? "" : "NEXT_"}S3_BUCKET_NUMBER=${old}. docs/moving.md explains the numbers.`,
    };
  }
}

/** Before the first move, all files are in the main bucket, so its number must be 1. Otherwise, their URLs would name the next bucket. */
async function faultBeforeMove(db: Tx, [main]: readonly BucketSettings[]): Promise<BucketFault | undefined> {
  if (main === undefined || main.number === 1 || (await uploadBucketQueries(db).find()) !== undefined) return undefined;
  for (const from of ["", END_OF_MARKS]) {
    const objectKey = await inventoryQueries(db).firstKeyOfFile(from);
    if (objectKey === undefined || placeOfKey(objectKey).number !== 1) continue;
    return {
      problem: `${main.title} has the number ${main.number} in the settings, but the files of the database are in bucket 1.`,
      remedy: "Before a move, remove S3_BUCKET_NUMBER, and give the new bucket the settings that begin with NEXT_.",
    };
  }
}

function missingSettings(number: number, fact: string): BucketFault {
  return {
    problem: `${fact}, but the settings have no bucket with the number ${number}.`,
    remedy: `Add the settings of that bucket, with S3_BUCKET_NUMBER=${number} or NEXT_S3_BUCKET_NUMBER=${number}. docs/moving.md explains the two blocks of settings.`,
  };
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
