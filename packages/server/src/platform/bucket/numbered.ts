import { DomainError } from "../errors.ts";
import { isUrl } from "./bucket.ts";
import type { Bucket, ListedObject, UnfinishedMultipart } from "./port.ts";

/*
 * The service has two buckets while files move from one bucket to the other (ADR 9). An embedding can have separate buckets for tenants.
 * Each bucket has a number, and each object key in the database contains the number of its bucket. A key without a number belongs to bucket
 * 1, so a service with one bucket has plain keys. The key `bucket:2/REST` is the object REST in bucket 2.
 */

const MARK = /^bucket:([1-9]\d{0,3})\//;

/** The number of a bucket, and the key of an object in that bucket. */
type Place = { number: number; key: string };

/** Splits an object key of the database into the number of the bucket and the key in that bucket. */
export function placeOfKey(objectKey: string): Place {
  const [mark = "", number = "1"] = MARK.exec(objectKey) ?? [];
  return { number: Number(number), key: objectKey.slice(mark.length) };
}

/**
 * Returns the object key that the database stores for an object. A key in bucket 1 has the mark `bucket:1/` only if it looks like a marked
 * key.
 */
export function objectKeyAt({ number, key }: Place): string {
  return number === 1 && !MARK.test(key) ? key : `bucket:${number}/${key}`;
}

/**
 * A range of object keys. The range excludes its two ends. Without `before`, the range has no end. With `unmarked`, the range excludes keys
 * with the mark of a bucket. A range with `unmarked` begins at or after `bucket:1`.
 */
export type KeyRange = { after: string; before: string | undefined; unmarked?: true };

/** Returns the ranges that together contain all object keys of a bucket, in the byte order of the keys. */
export function keyRangesOf(number: number): KeyRange[] {
  // The character `0` is the next character after the slash.
  if (number !== 1) return [{ after: `bucket:${number}/`, before: `bucket:${number}0` }];
  return [
    { after: "", before: FIRST_OTHER_MARK },
    { after: FIRST_OTHER_MARK, before: undefined, unmarked: true },
  ];
}

/** The first mark in byte order, except for the mark of bucket 1. All lower keys belong to bucket 1. */
export const FIRST_OTHER_MARK = "bucket:10/";

/** All marks are lower than this key, because a colon follows the digit `9`. */
export const END_OF_MARKS = "bucket::";

export type NumberedBucket = {
  number: number;
  bucket: Bucket;
  /** The key prefix of the service in this bucket. Empty, or ends with a slash. */
  keyPrefix: string;
  /** Whether the bucket belongs to tenants. A bucket of tenants has no copies of objects from other buckets. Default: false. */
  isOfTenants?: boolean | undefined;
};

/**
 * Joins the buckets of the service into one `Bucket`, whose object keys contain the number of their bucket. `first`: the bucket of the main
 * settings. `numberForUploads`: returns the number of the bucket for new objects. A call with a key of an unknown bucket rejects with
 * `bucket_unavailable`. Only `delete` does not reject, and omits such keys from its result.
 */
export function joinBuckets(
  buckets: readonly [first: NumberedBucket, ...others: NumberedBucket[]],
  { numberForUploads }: { numberForUploads: () => number },
): Bucket {
  const [first] = buckets;
  const byNumber = new Map(buckets.map((one) => [one.number, one]));

  function numbered(number: number): NumberedBucket {
    const found = byNumber.get(number);
    if (found === undefined) throw unknownBucket(number);
    return found;
  }

  function at(objectKey: string): { bucket: Bucket; key: string } {
    const { number, key } = placeOfKey(objectKey);
    return { bucket: numbered(number).bucket, key };
  }

  /** Sends a call to the bucket that contains the object key of the call. */
  function route<Options extends { objectKey: string }, Result>(
    call: (bucket: Bucket) => (options: Options) => Result,
  ): (options: Options) => Result {
    return (options) => {
      const { bucket, key } = at(options.objectKey);
      return call(bucket)(key === options.objectKey ? options : { ...options, objectKey: key });
    };
  }

  /** Groups the keys by their bucket, without the keys of unknown buckets. */
  function grouped(objectKeys: readonly string[]): { one: NumberedBucket; keys: string[] }[] {
    return buckets.flatMap((one) => {
      const keys = objectKeys.map(placeOfKey).flatMap(({ number, key }) => (number === one.number ? [key] : []));
      return keys.length === 0 ? [] : [{ one, keys }];
    });
  }

  const inUse = () =>
    new Set([first, numbered(numberForUploads()), ...buckets.filter(({ isOfTenants }) => isOfTenants)]);

  /** Like an object key, a place can begin with the mark of a bucket. Without a mark, the new object is in the bucket for uploads. */
  function numberOfNew(beside: string | undefined, place: string | undefined): number {
    if (place !== undefined && MARK.test(place)) return placeOfKey(place).number;
    return beside === undefined || place !== undefined ? numberForUploads() : placeOfKey(beside).number;
  }

  return {
    urlOrigin: first.bucket.urlOrigin,
    downloadOrigin: first.bucket.downloadOrigin,
    origins: [...new Set(buckets.flatMap(({ bucket }) => bucket.origins))],
    newObjectKey(beside, place) {
      const number = numberOfNew(beside, place);
      const folder = place === undefined ? undefined : placeOfKey(place).key;
      const key = numbered(number).bucket.newObjectKey(beside && placeOfKey(beside).key, folder);
      return objectKeyAt({ number, key });
    },
    copiesOf(objectKey) {
      const { number, key } = placeOfKey(objectKey);
      const own = byNumber.get(number);
      if (own?.isOfTenants) return [];
      // An adopted object has the same key in each bucket. A key that the service created has the key prefix of its bucket.
      const suffix = own?.bucket.isOwnKey(key) ? key.slice(own.keyPrefix.length) : undefined;
      return buckets.flatMap((other) => {
        if (other.number === number || other.isOfTenants) return [];
        return [objectKeyAt({ number: other.number, key: suffix === undefined ? key : other.keyPrefix + suffix })];
      });
    },
    presignGet: route((bucket) => bucket.presignGet),
    presignPut: route((bucket) => bucket.presignPut),
    createMultipart: route((bucket) => bucket.createMultipart),
    presignPart: route((bucket) => bucket.presignPart),
    listParts: route((bucket) => bucket.listParts),
    completeMultipart: route((bucket) => bucket.completeMultipart),
    abortMultipart: route((bucket) => bucket.abortMultipart),
    store: route((bucket) => bucket.store),
    async head(objectKey) {
      const { bucket, key } = at(objectKey);
      return bucket.head(key);
    },
    async readSmall(objectKey, options) {
      const { bucket, key } = at(objectKey);
      return bucket.readSmall(key, options);
    },
    async readStart(objectKey, options) {
      const { bucket, key } = at(objectKey);
      return bucket.readStart(key, options);
    },
    async read(objectKey, options) {
      const { bucket, key } = at(objectKey);
      return bucket.read(key, options);
    },
    async computeChecksum(objectKey) {
      const { bucket, key } = at(objectKey);
      return bucket.computeChecksum(key);
    },
    async copy(options) {
      const [from, to] = [at(options.from), at(options.to)];
      const copy = { ...options, from: from.key, to: to.key };
      return from.bucket === to.bucket ? from.bucket.copy(copy) : copyBetween(from.bucket, to.bucket, copy);
    },
    async delete(objectKeys) {
      const deletions = grouped(objectKeys).map(async ({ one, keys }) => {
        const gone = await one.bucket.delete(keys);
        return gone.map((key) => objectKeyAt({ number: one.number, key }));
      });
      return (await anyOf(deletions)).flat();
    },
    async discardParts(objectKeys) {
      await anyOf(grouped(objectKeys).map(({ one, keys }) => one.bucket.discardParts(keys)));
    },
    listObjects: (options) => inOrder(buckets.map(({ number, bucket }) => marked(bucket.listObjects(options), number))),
    async *listMultiparts() {
      for (const { number, bucket } of buckets) yield* marked(bucket.listMultiparts(), number);
    },
    isOwnKey(objectKey) {
      const { number, key } = placeOfKey(objectKey);
      return byNumber.get(number)?.bucket.isOwnKey(key) === true;
    },
    async probe() {
      await Promise.all([...inUse()].map(({ bucket }) => bucket.probe()));
    },
    async tryCapabilities(objectKeys) {
      const [one, two, three] = objectKeys.map((objectKey) => at(objectKey).key) as [string, string, string];
      return at(objectKeys[0]).bucket.tryCapabilities([one, two, three]);
    },
    objectKeyOf(text) {
      if (!isUrl(text)) {
        const isMarked = byNumber.has(placeOfKey(text).number) && MARK.test(text);
        return isMarked ? text : objectKeyAt({ number: first.number, key: text });
      }
      return firstKeyOf(buckets, text);
    },
    close() {
      for (const { bucket } of buckets) bucket.close();
    },
  };
}

/** Copies an object to another bucket through this process. Verifies the bytes with the stored checksum of the object. */
async function copyBetween(
  source: Bucket,
  target: Bucket,
  { from, to, etag, sizeBytes, contentType }: Parameters<Bucket["copy"]>[0],
): Promise<"done" | "changed"> {
  const found = await source.head(from);
  if (found === undefined || found.sizeBytes !== sizeBytes || found.etag !== (etag ?? found.etag)) return "changed";
  const body = await source.read(from, { etag: found.etag });
  if (body === undefined) return "changed";
  const { checksum } = await target.store({ objectKey: to, contentType, body, sizeBytes, maxBytes: sizeBytes });
  return found.checksum === undefined || found.checksum.value === checksum.value ? "done" : "changed";
}

/** Returns the results of the successful calls, so a failed bucket does not make the other buckets fail. Rejects if all calls fail. */
async function anyOf<Result>(calls: readonly Promise<Result>[]): Promise<Result[]> {
  const settled = await Promise.allSettled(calls);
  const results = settled.flatMap((call) => (call.status === "fulfilled" ? [call.value] : []));
  const failed = settled.find((call) => call.status === "rejected");
  if (results.length === 0 && failed !== undefined) throw failed.reason;
  return results;
}

/** Returns the key in one of the buckets that an S3 URL names. If no bucket matches, throws the error of the first bucket. */
function firstKeyOf(buckets: readonly NumberedBucket[], s3Url: string): string {
  let failure: unknown;
  for (const { number, bucket } of buckets) {
    try {
      return objectKeyAt({ number, key: bucket.objectKeyOf(s3Url) });
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

function unknownBucket(number: number): DomainError {
  const remedy = `Set the settings of bucket ${number} (docs/moving.md), and restart this replica.`;
  return new DomainError("bucket_unavailable", `This replica has no settings for bucket ${number}. ${remedy}`);
}

async function* marked<Item extends ListedObject | UnfinishedMultipart>(
  pages: AsyncIterable<Item[]>,
  number: number,
): AsyncGenerator<Item[]> {
  for await (const page of pages) {
    yield page.map((item) => ({ ...item, objectKey: objectKeyAt({ number, key: item.objectKey }) }));
  }
}

/** Merges lists of objects whose keys are in order. Each page of the result contains objects of one list only. */
async function* inOrder(lists: readonly AsyncGenerator<ListedObject[]>[]): AsyncGenerator<ListedObject[]> {
  const heads: { list: AsyncGenerator<ListedObject[]>; page: ListedObject[] }[] = [];
  for (const list of lists) {
    const { value, done } = await list.next();
    if (done !== true) heads.push({ list, page: value });
  }
  while (heads.length > 0) {
    heads.sort((one, other) => compareKeys(one.page[0], other.page[0]));
    const [least, next] = heads;
    if (least === undefined) return;
    const isEarlier = (object: ListedObject) => next === undefined || compareKeys(object, next.page[0]) < 0;
    const count = least.page.findIndex((object) => !isEarlier(object));
    const [page, rest] = count < 1 ? [least.page, []] : [least.page.slice(0, count), least.page.slice(count)];
    yield page;
    if (rest.length > 0) {
      least.page = rest;
      continue;
    }
    const { value, done } = await least.list.next();
    if (done === true) heads.shift();
    else least.page = value;
  }
}

function compareKeys(one: ListedObject | undefined, other: ListedObject | undefined): number {
  return Buffer.compare(Buffer.from(one?.objectKey ?? ""), Buffer.from(other?.objectKey ?? ""));
}
