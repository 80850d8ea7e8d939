import { statfs } from "node:fs/promises";
import { Readable } from "node:stream";
import { inventoryQueries, objectDeletionQueries } from "../../features/storage/queries.ts";
import { objectKeyAt, placeOfKey } from "../../platform/bucket/numbered.ts";
import type { ListedObject } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { invalidRequest } from "../../platform/errors.ts";
import { isIn, reasonOf } from "./move.ts";

/** The number of objects in the new bucket that are compared with the database. */
const SAMPLE = 1_000;
/** The time after which the test object is deleted if this process dies, in milliseconds. */
const ABANDONED_AFTER_MS = 600_000;

type Target = {
  from: number;
  to: number;
  bytes: number;
  /** The data folder, if the new bucket is the built-in bucket. */
  dataDir: string | undefined;
  /** Whether only this service stores objects in the new bucket, or under its key prefix. */
  isAlone: boolean;
};

/**
 * Returns the reasons against a move to the new bucket. Each reason is a sentence for the operator. Throws `invalid_request` if the new
 * bucket is the old bucket itself.
 */
export async function problemsOfTarget(deps: Deps, target: Target): Promise<string[]> {
  const problem = (await problemOfWriting(deps, target)) ?? (await problemOfContents(deps, target));
  return [problem, await problemOfSpace(target)].filter((text) => text !== undefined);
}

/** Writes a test object to the new bucket. If the old bucket then has the object too, both are the same bucket, and the move is refused. */
async function problemOfWriting({ db, bucket, clock }: Deps, { from, to }: Target): Promise<string | undefined> {
  const objectKey = bucket.newObjectKey(objectKeyAt({ number: to, key: "-" }));
  await objectDeletionQueries(db).put({ objectKey, notBefore: clock() + ABANDONED_AFTER_MS });
  try {
    await bucket.store({
      objectKey,
      contentType: "text/plain",
      body: Readable.from([Buffer.from("test")]),
      maxBytes: 4,
    });
  } catch (error) {
    // The error names the settings of the main bucket.
    const reason = reasonOf(error).replaceAll(/\b(AWS|S3)_[A-Z]/g, "NEXT_$&");
    return `The new bucket can't be written: ${reason}. Correct the NEXT_ settings or the permissions.`;
  }
  // The same key without another prefix, because the settings can name the same bucket twice with different key prefixes.
  const sameKey = objectKeyAt({ number: from, key: placeOfKey(objectKey).key });
  const found = await bucket.head(sameKey).catch(reasonOf);
  // If the deletion fails, the service deletes the test object later.
  const deleted = await bucket.delete([objectKey]).catch(() => []);
  if (deleted.length > 0) await objectDeletionQueries(db).cancel(objectKey);
  if (typeof found === "string") {
    return `The old bucket can't be read (${found}), so it is unknown whether the new bucket is the old bucket itself.`;
  }
  // No option can force this move, because its report would say that the operator can empty the bucket.
  if (found !== undefined) {
    throw invalidRequest("The new bucket is the old bucket itself. Set NEXT_AWS_BUCKET_NAME to another bucket.");
  }
}

/** Compares the first objects of the new bucket with the database, which knows the copies of an earlier move. */
async function problemOfContents({ db, bucket }: Deps, { to, isAlone }: Target): Promise<string | undefined> {
  const some: ListedObject[] = [];
  for await (const page of bucket.listObjects()) {
    some.push(...page.filter(({ objectKey }) => isIn(objectKey, to)));
    if (some.length >= SAMPLE) break;
  }
  const keys = some.map(({ objectKey }) => objectKey);
  const known = await inventoryQueries(db).known([...keys, ...keys.flatMap(bucket.copiesOf)]);
  const unknown = keys.filter((key) => ![key, ...bucket.copiesOf(key)].some((each) => known.has(each)));
  const own = unknown.filter(bucket.isOwnKey).length;
  if (own > keys.length - unknown.length) {
    return `The new bucket has files of another Valet Key (${own} of the first ${keys.length} objects). Use an empty bucket, or set NEXT_S3_KEY_PREFIX.`;
  }
  if (unknown.length > own && !isAlone) {
    return `The new bucket is not empty: ${unknown.length - own} of the first ${keys.length} objects belong to other programs. Use an empty bucket, or set NEXT_S3_KEY_PREFIX.`;
  }
}

/** Compares the size of the files with the free space. Only the disk of the built-in bucket can report its free space. */
async function problemOfSpace({ bytes, dataDir }: Target): Promise<string | undefined> {
  if (dataDir === undefined) return undefined;
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize > bytes) return undefined;
  return `The disk of DATA_DIR is too small: it has ${bavail * bsize} free bytes, and the files have ${bytes} bytes.`;
}
