import { createHash } from "node:crypto";
import { join, posix } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { type BackedUpObject, backupQueries } from "../../features/storage/backup-queries.ts";
import { uploadBucketQueries } from "../../features/storage/move-queries.ts";
import { inventoryQueries } from "../../features/storage/queries.ts";
import { type KeyRange, keyRangesOf, placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Bucket } from "../../platform/bucket/port.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { digestOf, sizeOf, writeDurably } from "../../platform/files.ts";
import { type AddedObject, addObjects, findObjects } from "../built-in-bucket/backup.ts";

type Gathering = {
  /** `db`: the copy of the database. `metadata`: the file with the copy of the built-in bucket's metadata. */
  db: Tx;
  metadata: string;
  backupDir: string;
  verify: boolean;
  writeProgress: (line: string) => void;
  /** Both buckets of the settings. Object keys contain the number of their bucket. */
  bucket: Bucket;
  builtIn: { number: number; name: string };
  /** The number of the bucket whose objects are added to the copy of the built-in bucket. */
  from: number;
  /** The copies in the earlier backup, whose blobs replace lost objects. */
  earlier: { open: () => Tx & { close(): unknown }; metadata: string } | undefined;
  hasFile: (attachmentId: string) => boolean;
  /** Rejects if the other bucket does not exist, or refuses the service. */
  probe: () => Promise<void>;
};

const PAGE = 200;
const AT_ONCE = 8;
const PROGRESS_EVERY = 1_000;
const PAUSES_MS = [250, 1_000, 4_000];

/**
 * Downloads the objects of the other bucket into the backup, and adds them to the copy of the built-in bucket. The result is the backup of
 * a service that has only the built-in bucket. Returns the missing objects as paths.
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
  await uploadBucketQueries(db).settle(builtIn.number);
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

type Found = Omit<AddedObject, "key">;

/** Downloads a page of objects, and then changes the copies of the metadata and of the database. */
async function gatherPage(page: readonly BackedUpObject[], gathering: Gathering): Promise<string[]> {
  const { db, metadata, builtIn } = gathering;
  const queries = backupQueries(db);
  const found = new Map<BackedUpObject, Found>();
  const queue = page.values();
  async function work(): Promise<void> {
    for (const object of queue) {
      const downloaded = await withRetries(() => download(object, gathering));
      if (downloaded !== undefined) found.set(object, downloaded);
    }
  }
  // No download may still run when the backup ends.
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const result of settled) if (result.status === "rejected") throw result.reason;
  const lost = page.filter((object) => object.isComplete && !found.has(object));
  // If the bucket does not exist, all objects seem to be missing.
  if (lost.length > 0) await gathering.probe();
  const dropped = await dropLost(lost, gathering);
  const files = lost.filter((object) => !dropped.has(object));
  const kept = await findEarlier(files, gathering);
  const renamed = page.filter((object) => !dropped.has(object));
  const keys = await keysInCopy(renamed, { ...gathering, found });
  const added: AddedObject[] = [];
  const missing: string[] = [];
  for (const object of renamed) {
    const { key, hasObject } = keys.get(object) as KeyInCopy;
    const one = found.get(object) ?? (hasObject ? undefined : kept.get(object));
    if (one !== undefined) added.push({ ...one, key: placeOfKey(key).key });
    else if (object.isComplete && !hasObject) missing.push(`attachments/${object.attachmentId}`);
  }
  addObjects(metadata, { bucket: builtIn.name, added });
  for (const object of renamed) await queries.rename(object.objectKey, (keys.get(object) as KeyInCopy).key);
  return missing;
}

/** Drops lost previews, which no file needs, and files that were deleted since the copy of the database. Returns the dropped objects. */
async function dropLost(lost: readonly BackedUpObject[], { db, hasFile }: Gathering): Promise<Set<BackedUpObject>> {
  const dropped = lost.filter(({ kind, attachmentId }) => kind !== "file" || !hasFile(attachmentId));
  for (const { kind, attachmentId, objectKey } of dropped) {
    if (kind === "file") await attachmentQueries(db).delete(attachmentId);
    else await backupQueries(db).dropPreview(objectKey);
  }
  return new Set(dropped);
}

/**
 * A key in the built-in bucket. `hasObject`: the copy of the metadata already has the same object under this key, for example from before
 * the bucket move.
 */
type KeyInCopy = { key: string; hasObject: boolean };
type Finding = Gathering & { found: ReadonlyMap<BackedUpObject, Found> };

/**
 * Returns the key of each object in the built-in bucket. If two buckets have objects with the same key, one of the objects gets a new key.
 */
async function keysInCopy(page: readonly BackedUpObject[], { db, metadata, bucket, builtIn, found }: Finding) {
  const copyOf = (objectKey: string) =>
    bucket.copiesOf(objectKey).find((copy) => placeOfKey(copy).number === builtIn.number) ?? bucket.newObjectKey();
  const wanted = new Map(page.map((object) => [object, copyOf(object.objectKey)]));
  const taken = await inventoryQueries(db).taken([...wanted.values()]);
  const plainKeys = [...wanted.values()].map((key) => placeOfKey(key).key);
  const existing = findObjects(metadata, { bucket: builtIn.name, keys: plainKeys });
  const keys = new Map<BackedUpObject, KeyInCopy>();
  for (const [object, key] of wanted) {
    const other = existing.get(placeOfKey(key).key);
    const sha256 = object.sha256 ?? found.get(object)?.sha256;
    // The service creates random keys, so two objects with the same such key are copies of one object.
    const isSame =
      other?.sizeBytes === object.sizeBytes &&
      (bucket.isOwnKey(key) || (sha256 !== undefined && other.sha256 === sha256));
    const isFree = !taken.has(key) && (other === undefined || isSame || bucket.isOwnKey(key));
    keys.set(object, isFree ? { key, hasObject: isSame } : { key: bucket.newObjectKey(), hasObject: false });
  }
  return keys;
}

/** Finds files in the earlier backup. The content of a file never changes, so their blobs are still right. */
async function findEarlier(
  files: readonly BackedUpObject[],
  { earlier, builtIn }: Gathering,
): Promise<Map<BackedUpObject, Found>> {
  const found = new Map<BackedUpObject, Found>();
  if (earlier === undefined || files.length === 0) return found;
  const db = earlier.open();
  const objectKeys = await backupQueries(db)
    .keysOf(files.map(({ attachmentId }) => attachmentId))
    .finally(() => db.close());
  const keyOf = ({ attachmentId }: BackedUpObject) => placeOfKey(objectKeys.get(attachmentId) ?? "").key;
  const objects = findObjects(earlier.metadata, { bucket: builtIn.name, keys: files.map(keyOf) });
  for (const file of files) {
    const object = objects.get(keyOf(file));
    if (object?.sizeBytes !== file.sizeBytes || (object.blob === undefined && object.sizeBytes > 0)) continue;
    const isOther = file.sha256 !== undefined && object.sha256 !== undefined && object.sha256 !== file.sha256;
    if (!isOther) found.set(file, object);
  }
  return found;
}

/**
 * Downloads an object to a blob of the backup. The name of the blob depends only on the object, so a later backup finds the blob again.
 * Returns undefined if the object is missing, or if it differs from the description in the database.
 */
async function download(object: BackedUpObject, { bucket, backupDir, verify }: Gathering): Promise<Found | undefined> {
  const { objectKey, sha256 } = object;
  const head = await bucket.head(objectKey);
  if (head === undefined || (object.isComplete && head.sizeBytes !== object.sizeBytes)) return undefined;
  const { etag, contentType, sizeBytes } = head;
  const checksum = sha256 ?? head.checksum?.value;
  const added = { etag, contentType, sizeBytes, sha256: checksum };
  if (sizeBytes === 0) return { ...added, blob: undefined };
  const blob = createHash("sha256").update(`${objectKey}\n${etag}`).digest("hex").slice(0, 32);
  const file = join(backupDir, posix.join("blobs", blob.slice(0, 2), blob));
  const expected = hexOf(checksum);
  const isThere = (await sizeOf(file)) === sizeBytes && (!verify || (await digestOf(file)).sha256 === expected);
  if (isThere) return { ...added, blob };
  const body = await bucket.read(objectKey, { etag });
  if (body === undefined) throw new DomainError("bucket_unavailable", `The object ${objectKey} changed. Try again.`);
  const stored = await writeDurably(body, file, { sha256: expected });
  return expected === undefined || stored.sha256 === expected ? { ...added, blob } : undefined;
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
