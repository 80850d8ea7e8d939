import { placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Bucket, ListedObject, UnfinishedMultipart } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { findDrifts } from "../usage/index.ts";
import { usageQueries } from "../usage/queries.ts";
import type { UsageDrift } from "../usage/usage.ts";
import { purgeObjects } from "./object-deletions.ts";
import { inventoryQueries, objectDeletionQueries } from "./queries.ts";
export type GarbageOptions = {
  /** If false, garbage collection only reports the findings. */
  mend: boolean;
  /** If true, garbage collection deletes garbage even if most objects are garbage, or if other programs may use the bucket. */
  force: boolean;
  /** Whether only Valet Key stores objects in the bucket, or under the configured key prefix. */
  isAlone: boolean;
  /** Whether to find objects that have lost bytes. Only the disk of the built-in bucket can lose bytes. */
  findsDamage: boolean;
  onFinding?: ((finding: Finding) => void) | undefined;
  /** Receives the number of compared objects after each page. */
  onProgress?: ((compared: number) => void) | undefined;
};

export type Counts = Record<Finding["kind"], number>;

export type GarbageReport = {
  found: Counts;
  mended: Counts;
  tally: Tally;
  /** The reason why garbage collection deleted no unreferenced objects and parts. Undefined if nothing prevented the deletion. */
  kept: string | undefined;
};

/**
 * Compares the bucket with the database in both directions, in constant memory. Deletes unreferenced objects, and corrects usage counters.
 * If an attachment has lost its object, only reports the loss, because nothing can restore the object, and only the owner may delete the
 * attachment.
 */
export function collectGarbage(deps: Deps) {
  return async (options: GarbageOptions): Promise<GarbageReport> => {
    const report: GarbageReport = { found: noCounts(), mended: noCounts(), tally: noTally(), kept: undefined };
    const { found, mended, tally } = report;
    for await (const finding of findAll(withProgress(deps, options.onProgress), {
      tally,
      findsDamage: options.findsDamage,
    })) {
      found[finding.kind] += 1;
      options.onFinding?.(finding);
    }
    report.kept = whyNot(report, options);
    if (!options.mend) return report;
    for await (const finding of findMendable(deps, report)) {
      await mend(deps, finding);
      mended[finding.kind] += 1;
    }
    // The command runs the queued deletions immediately, so that the command also works while the service is stopped.
    await purgeObjects(deps)();
    return report;
  };
}

async function* findAll(deps: Deps, asked: { tally: Tally; findsDamage: boolean }): AsyncGenerator<Finding> {
  yield* findInObjects(deps, asked);
  yield* findMultiparts(deps, noTally());
  yield* findUsage(deps);
}

/** Finds the garbage again, because a list of all findings could need much memory. Reads only the lists that had findings. */
async function* findMendable(deps: Deps, { found, kept }: GarbageReport): AsyncGenerator<Finding> {
  if (kept === undefined && found.orphan > 0) {
    for await (const page of deps.bucket.listObjects()) yield* findOrphans(deps, { page, tally: noTally() });
  }
  if (kept === undefined && found.multipart > 0) yield* findMultiparts(deps, noTally());
  if (found.usage > 0) yield* findUsage(deps);
}

async function mend({ db, bucket, clock }: Deps, finding: Finding): Promise<void> {
  if (finding.kind === "orphan") {
    await objectDeletionQueries(db).put({ objectKey: finding.object.objectKey, notBefore: clock() });
  } else if (finding.kind === "multipart") {
    await bucket.abortMultipart(finding.upload);
  } else if (finding.kind === "usage") {
    await db.transaction((tx) => usageQueries(tx).recount(finding.drift.ownerId));
  }
}

/**
 * Returns the reasons why the command must not delete garbage. If a bucket belongs to another database, most of its objects look like
 * orphans. Nobody can undo a deletion, so the command needs --force if most objects of a bucket are orphans.
 */
function whyNot({ found, tally }: GarbageReport, { force, isAlone }: GarbageOptions): string | undefined {
  if (force || found.orphan + found.multipart === 0) return undefined;
  const reasons = isAlone
    ? []
    : [
        "S3_KEY_PREFIX is not set, so other programs may store objects in this bucket. If only this service uses it, add --force.",
      ];
  for (const [number, { known, orphans }] of tally.buckets) {
    if (orphans <= known) continue;
    reasons.push(
      `Bucket ${number} has more unreferenced objects (${orphans}) than referenced objects (${known}). If bucket ${number} and the database belong together, add --force.`,
    );
  }
  return reasons.length === 0 ? undefined : reasons.join("\n");
}

function withProgress(deps: Deps, onProgress: GarbageOptions["onProgress"]): Deps {
  if (onProgress === undefined) return deps;
  let compared = 0;
  async function* listObjects(asked?: Parameters<Bucket["listObjects"]>[0]) {
    for await (const page of deps.bucket.listObjects(asked)) {
      yield page;
      compared += page.length;
      onProgress?.(compared);
    }
  }
  return { ...deps, bucket: { ...deps.bucket, listObjects } };
}

const noCounts = (): Counts => ({ orphan: 0, multipart: 0, usage: 0, missing: 0, resized: 0, damaged: 0 });

const noTally = (): Tally => ({ known: 0, foreign: 0, young: 0, buckets: new Map() });

/**
 * A difference between the bucket and the database:
 * - orphan: an object that no row references
 * - multipart: an unfinished multipart upload that no row references
 * - usage: a usage counter that differs from the sum of the rows
 * - missing: a ready attachment without its object
 * - resized: a ready attachment whose object has another length
 * - damaged: a ready attachment whose object has lost bytes, so that the bucket cannot read the object
 */
export type Finding =
  | { kind: "orphan"; object: ListedObject }
  | { kind: "multipart"; upload: UnfinishedMultipart }
  | { kind: "usage"; drift: UsageDrift }
  | { kind: "missing"; attachment: Attachment }
  | { kind: "resized"; attachment: Attachment; object: ListedObject }
  | { kind: "damaged"; attachment: Attachment };

/** Counts the objects that are not garbage. */
type Tally = {
  known: number;
  /** The number of objects under the key prefix whose key does not have the form of the service's keys. */
  foreign: number;
  /** The number of objects without a row that are newer than `GARBAGE_MIN_AGE_MS`. A new object may belong to an upload in progress. */
  young: number;
  buckets: Map<number, BucketTally>;
};

type BucketTally = { known: number; orphans: number };

/** The minimum age of garbage, in milliseconds. The row of a newer object may not be stored yet. No upload takes two days. */
const GARBAGE_MIN_AGE_MS = 2 * 86_400_000;

const BATCH = 500;

const HEADS_AT_ONCE = 8;

/**
 * Compares the list of objects with the list of ready attachments, in constant memory. Both lists are in the order of the keys. Checks a
 * missing object again before the report, because the lists can change in the meantime.
 */
export async function* findInObjects(
  deps: Deps,
  { tally, findsDamage }: { tally: Tally; findsDamage: boolean },
): AsyncGenerator<Finding> {
  let after = "";
  for await (const page of deps.bucket.listObjects({ findsDamage })) {
    yield* findOrphans(deps, { page, tally });
    const upTo = page.at(-1)?.objectKey ?? after;
    yield* findMissing(deps, { after, upTo, page });
    after = upTo;
  }
  yield* findMissing(deps, { after, upTo: undefined, page: [] });
}

export async function* findOrphans(
  { db, bucket, clock }: Deps,
  { page, tally }: { page: readonly ListedObject[]; tally: Tally },
): AsyncGenerator<Finding> {
  const copies = page.flatMap((object) => bucket.copiesOf(object.objectKey));
  const known = await inventoryQueries(db).known([...page.map((object) => object.objectKey), ...copies]);
  for (const object of page) {
    const inBucket = tallyOfBucket(tally, object.objectKey);
    // The old copy of a moved file stays until the file is deleted, or until the operator empties the old bucket.
    if ([object.objectKey, ...bucket.copiesOf(object.objectKey)].some((key) => known.has(key))) {
      tally.known += 1;
      inBucket.known += 1;
    } else if (!bucket.isOwnKey(object.objectKey)) tally.foreign += 1;
    else if (object.modifiedAt > clock() - GARBAGE_MIN_AGE_MS) tally.young += 1;
    else {
      inBucket.orphans += 1;
      yield { kind: "orphan", object };
    }
  }
}

function tallyOfBucket({ buckets }: Tally, objectKey: string): BucketTally {
  const { number } = placeOfKey(objectKey);
  const found = buckets.get(number) ?? { known: 0, orphans: 0 };
  buckets.set(number, found);
  return found;
}

type Range = { after: string; upTo: string | undefined; page: readonly ListedObject[] };

async function* findMissing(deps: Deps, range: Range): AsyncGenerator<Finding> {
  const { after, upTo, page } = range;
  const objects = new Map(page.map((object) => [object.objectKey, object]));
  let from = after;
  for (;;) {
    const files = await inventoryQueries(deps.db).listReady({ after: from, upTo, limit: BATCH });
    const unseen: Attachment[] = [];
    for (const attachment of files) {
      const object = objects.get(attachment.objectKey);
      if (object === undefined) unseen.push(attachment);
      else if (object.sizeBytes !== attachment.sizeBytes) yield { kind: "resized", attachment, object };
      else if (object.isDamaged && (await isCurrent(deps, attachment))) yield { kind: "damaged", attachment };
    }
    for (let at = 0; at < unseen.length; at += HEADS_AT_ONCE) {
      const some = unseen.slice(at, at + HEADS_AT_ONCE);
      const missing = await Promise.all(some.map((attachment) => isMissing(deps, attachment)));
      for (const [index, attachment] of some.entries()) if (missing[index]) yield { kind: "missing", attachment };
    }
    if (files.length < BATCH) return;
    from = files.at(-1)?.objectKey ?? from;
  }
}

/**
 * Checks again whether an object is missing. The list does not contain an adopted object outside of the key prefix of the service. The
 * object or the attachment may also have changed after the reads of the lists.
 */
async function isMissing(deps: Deps, { id, objectKey }: Attachment): Promise<boolean> {
  if ((await deps.bucket.head(objectKey)) !== undefined) return false;
  return isCurrent(deps, { id, objectKey });
}

async function isCurrent({ db }: Deps, { id, objectKey }: Pick<Attachment, "id" | "objectKey">) {
  const current = await attachmentQueries(db).find(id);
  return current?.objectKey === objectKey && (current.state === "ready" || current.state === "quarantined");
}

export async function* findMultiparts({ db, bucket, clock }: Deps, tally: Tally): AsyncGenerator<Finding> {
  for await (const page of bucket.listMultiparts()) {
    const known = await inventoryQueries(db).multipartsUnder(page.map((upload) => upload.objectKey));
    for (const upload of page) {
      const { objectKey, bucketUploadId, begunAt } = upload;
      // Compares the ids of the uploads, not their keys. If a response of the bucket was lost, two uploads may have one key.
      if (known.has(bucketUploadId)) tally.known += 1;
      else if (!bucket.isOwnKey(objectKey)) tally.foreign += 1;
      else if (begunAt > clock() - GARBAGE_MIN_AGE_MS) tally.young += 1;
      else yield { kind: "multipart", upload };
    }
  }
}

export async function* findUsage({ db }: Deps): AsyncGenerator<Finding> {
  for (const drift of await findDrifts(db)) yield { kind: "usage", drift };
}
