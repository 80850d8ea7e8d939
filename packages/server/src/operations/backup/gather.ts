import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BackedUpObject, backupQueries } from "../../features/storage/backup-queries.ts";
import { inventoryQueries } from "../../features/storage/queries.ts";
import { type KeyRange, keyRangesOf, placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Bucket } from "../../platform/bucket/port.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { digestOf, sizeOf, writeDurably } from "../../platform/files.ts";
import { type AddedObject, addObjects } from "../built-in-bucket/backup.ts";

/** An object was deleted after the copy of the database, so the copy names an object that no bucket has. */
export class DeletedMeanwhile extends Error {}

type Gathering = {
  /** The copy of the database, and the file with the copy of the metadata. */
  db: Tx;
  metadata: string;
  backupDir: string;
  verify: boolean;
  writeProgress: (line: string) => void;
  /** Both buckets of the settings. Their keys contain the number of their bucket. */
  bucket: Bucket;
  builtIn: { number: number; name: string };
  /** The number of the bucket whose objects the backup adds to the copy of the built-in bucket. */
  from: number;
  /** Returns whether a row of the running service still names the object. */
  isNamed: (objectKey: string) => boolean;
};

const PAGE = 200;
const AT_ONCE = 8;
const PROGRESS_EVERY = 1_000;
/** The pauses between the attempts to read an object, in milliseconds. */
const PAUSES_MS = [250, 1_000, 4_000];

/**
 * Downloads the objects of the other bucket into the backup, and adds them to the copy of the built-in bucket. The backup is then the backup
 * of a service that has only the built-in bucket. Returns the missing objects as paths. Throws DeletedMeanwhile.
 */
export async function gatherObjects(gathering: Gathering): Promise<string[]> {
  const { db, from, builtIn, writeProgress } = gathering;
  const queries = backupQueries(db);
  const missing: string[] = [];
  let count = 0;
  for (const range of keyRangesOf(from)) {
    for (const list of [queries.listFiles, queries.listPreviews, queries.listUploads]) {
      for await (const page of pages(list, range)) {
        missing.push(...(await gatherPage(page, gathering)));
        const before = count;
        count += page.length;
        if (Math.floor(before / PROGRESS_EVERY) < Math.floor(count / PROGRESS_EVERY)) report();
      }
    }
    await queries.dropDeletions(range);
  }
  await queries.settleMove(builtIn.number);
  report();
  return missing;

  function report(): void {
    writeProgress(`gathered: ${count} objects of bucket ${from}`);
  }
}

type List = ReturnType<typeof backupQueries>["listFiles"];

async function* pages(list: List, range: KeyRange): AsyncGenerator<BackedUpObject[]> {
  let { after } = range;
  for (;;) {
    const page = await list({ range: { ...range, after }, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.objectKey ?? after;
  }
}

/** Downloads the objects of a page, and then changes the copies of the metadata and of the database. */
async function gatherPage(page: readonly BackedUpObject[], gathering: Gathering): Promise<string[]> {
  const { db, metadata, builtIn } = gathering;
  const keys = await keysInCopy(page, gathering);
  const added: AddedObject[] = [];
  const missing: string[] = [];
  const queue = page.values();
  async function work(): Promise<void> {
    for (const object of queue) {
      const found = await withRetries(() => download(object, gathering));
      const { key } = placeOfKey(keys.get(object.objectKey) ?? "");
      if (found !== undefined) added.push({ ...found, key });
      if (found !== undefined || !object.isRequired) continue;
      if (!gathering.isNamed(object.objectKey)) throw new DeletedMeanwhile();
      missing.push(`attachments/${object.attachmentId}`);
    }
  }
  // No download may still run when the next round of the backup begins.
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const result of settled) if (result.status === "rejected") throw result.reason;
  addObjects(metadata, { bucket: builtIn.name, added });
  await Promise.all([...keys].map(([from, to]) => backupQueries(db).rename(from, to)));
  return missing;
}

/**
 * Returns the key of each object in the built-in bucket. Two adopted objects can have one key in two buckets, so the second object gets a new
 * key.
 */
async function keysInCopy(page: readonly BackedUpObject[], { db, bucket, builtIn }: Gathering) {
  const copyOf = (objectKey: string) =>
    bucket.copiesOf(objectKey).find((copy) => placeOfKey(copy).number === builtIn.number) ?? bucket.newObjectKey();
  const keys = new Map(page.map(({ objectKey }) => [objectKey, copyOf(objectKey)]));
  const used = await inventoryQueries(db).inUse([...keys.values()]);
  for (const [from, to] of keys) if (used.has(to)) keys.set(from, bucket.newObjectKey());
  return keys;
}

/**
 * Downloads an object to a blob of the backup. The name of the blob depends only on the object, so a later backup finds the blob. Returns
 * undefined if the object is missing, or is not the object that the row describes.
 */
async function download(
  object: BackedUpObject,
  { bucket, backupDir, verify }: Gathering,
): Promise<Omit<AddedObject, "key"> | undefined> {
  const { objectKey, sha256 } = object;
  const head = await bucket.head(objectKey);
  if (head === undefined || (object.isRequired && head.sizeBytes !== object.sizeBytes)) return undefined;
  const { etag, contentType, sizeBytes } = head;
  const added = { etag, contentType, sizeBytes };
  const checksum = sha256 ?? head.checksum?.value;
  if (sizeBytes === 0) return { ...added, blob: undefined, sha256: checksum };
  const blob = createHash("sha256").update(`${objectKey}\n${etag}`).digest("hex").slice(0, 32);
  const file = join(backupDir, posix.join("blobs", blob.slice(0, 2), blob));
  const isThere = (await sizeOf(file)) === sizeBytes && (!verify || (await digestOf(file)).sha256 === hexOf(checksum));
  if (!isThere) {
    const body = await bucket.read(objectKey, { etag });
    if (body === undefined) throw new DomainError("bucket_unavailable", `The object ${objectKey} changed. Try again.`);
    const stored = await writeDurably(body, file);
    if (checksum !== undefined && stored.sha256 !== hexOf(checksum)) {
      await rm(file);
      return undefined;
    }
  }
  return { ...added, blob, sha256: checksum };
}

function hexOf(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString("hex");
}

async function withRetries<T>(call: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await sleep(pauseMs);
    }
  }
  return call();
}
