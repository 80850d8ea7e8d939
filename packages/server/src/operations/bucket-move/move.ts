import { setTimeout as sleep } from "node:timers/promises";
import { administratorQueries } from "../../features/people/queries.ts";
import {
  type Amount,
  addAmounts,
  type BucketPlaces,
  moveQueries,
  type NamedObject,
  uploadBucketQueries,
} from "../../features/storage/move-queries.ts";
import { inventoryQueries, objectDeletionQueries } from "../../features/storage/queries.ts";
import { type KeyRange, keyRangesOf, placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Deps } from "../../platform/deps.ts";
import { copyWithRetries, NotCopied, reasonOf, Stopped } from "./copy-object.ts";
import { leaseMove, type MoveLease } from "./lease.ts";

export type MoveOptions = {
  from: number;
  to: number;
  /** The location of each bucket, as a text. The database stores these locations, so that no process gives a bucket another number. */
  places: BucketPlaces;
  /** Whether adopted objects move too. The service never deletes adopted objects. */
  adopted: boolean;
  /** The number of objects that move at the same time. */
  atOnce: number;
  /** The time within which all replicas have read the number of the bucket for new uploads. Default: 5,000 milliseconds. */
  seenMs?: number;
  /** Reads the number of the bucket for new uploads in this process. */
  refresh: () => Promise<void>;
  onProgress: (progress: Progress) => void;
  onFailure: (failure: MoveFailure) => void;
  /** Called if another move holds the lease. */
  onWait: () => void;
};

export type MoveFailure = { object: NamedObject; reason: string };
export type Progress = { moved: Amount; total: Amount; failed: number };

export type MoveReport = {
  moved: Amount;
  /** The number of files that were deleted during the move. */
  deleted: number;
  failures: MoveFailure[];
  /** The number of adopted objects that stay in the old bucket. */
  adoptedLeft: number;
  /** The unfinished uploads and verifications in the old bucket. `lastExpiresAt`: the expiry of the last unfinished upload. */
  unsettled: { count: number; lastExpiresAt: number };
  /** The instant from which nothing uses the old bucket. Undefined if rows still name the old bucket. */
  emptyFrom: number | undefined;
};

const SEEN_MS = 5_000;
/** The number of failures in a row after which the cause is not in single objects. */
const FAILURES_IN_A_ROW = 32;
const PAGE = 500;
/** The time between the first and the second deletion of an object, in milliseconds. */
const SECOND_DELETION_MS = 86_400_000;
/**
 * Before the service stores an object, it queues the deletion of this object for the next day. Other deletions are due within this time.
 */
const BEING_STORED_MS = 3_600_000;
const KEY_IS_TAKEN = "another file has its key in the other bucket, so delete one of the two files permanently";
/** The time after the expiry of a URL in which its request may still run, in milliseconds. */
const GRACE_MS = 300_000;

/** Counts the objects and bytes that a move would copy. */
export async function measureMove({ db }: Deps, from: number, asked: { adopted: boolean }): Promise<Amount> {
  const amounts: Amount[] = [];
  for (const range of keyRangesOf(from)) amounts.push(await moveQueries(db).measure(range, asked));
  return amounts.reduce(addAmounts);
}

/**
 * Moves all files to another bucket while the service runs (ADR 9). First, new uploads go to the other bucket. Then each object is copied
 * and verified, and its row gets the new object key. The rows with keys of the old bucket are the list of the remaining work, so the next
 * call continues a killed move. Throws Stopped if one of the buckets does not work.
 */
export async function moveBucket(deps: Deps, options: MoveOptions): Promise<MoveReport> {
  const { db, clock, newId } = deps;
  const { from, to, places, onWait } = options;
  const lease = await leaseMove(deps, { number: from, places, onWait });
  try {
    const log = (action: "bucket.move_started" | "bucket.move_ended", detail: Record<string, number>) =>
      administratorQueries(db).addEvent({
        ...{ id: newId(), at: clock(), action, actorId: undefined, subjectId: String(to) },
        detail: { from, to, ...detail },
      });
    await uploadBucketQueries(db).direct({ holder: lease.holder, number: to, since: clock() });
    await options.refresh();
    const total = await measureMove(deps, from, options);
    await log("bucket.move_started", total);
    await abortOldParts(deps, to);
    const move = createMove(deps, { ...options, lease, total });
    await move.run();
    const report = await settle(deps, options, move.result);
    await log("bucket.move_ended", {
      objects: report.moved.objects,
      bytes: report.moved.bytes,
      failed: report.failures.length,
    });
    return report;
  } finally {
    await lease.end();
  }
}

/** Aborts the multipart uploads that a killed move left in the new bucket. */
async function abortOldParts({ db, bucket }: Deps, to: number): Promise<void> {
  for await (const page of bucket.listMultiparts()) {
    const left = page.filter(({ objectKey }) => isIn(objectKey, to));
    const used = await inventoryQueries(db).inUse(left.flatMap(({ objectKey }) => bucket.copiesOf(objectKey)));
    for (const place of left) {
      if (bucket.copiesOf(place.objectKey).some((key) => used.has(key))) await bucket.abortMultipart(place);
    }
  }
}

/** Returns whether an object key belongs to the bucket with this number. */
export function isIn(objectKey: string, number: number): boolean {
  return placeOfKey(objectKey).number === number;
}

type Result = { moved: Amount; deleted: number; failures: MoveFailure[]; lastRenamedAt: number };
type Moving = MoveOptions & { lease: MoveLease; total: Amount };

function createMove(deps: Deps, options: Moving) {
  const { db, bucket, clock } = deps;
  const { from, to, adopted, atOnce, lease, total, seenMs = SEEN_MS } = options;
  const result: Result = { moved: { objects: 0, bytes: 0 }, deleted: 0, failures: [], lastRenamedAt: 0 };
  const failed = new Set<string>();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, lease.lost]);
  let inARow = 0;

  async function* todo(): AsyncGenerator<NamedObject> {
    for (const range of keyRangesOf(from)) {
      for (const list of [moveQueries(db).listFiles, moveQueries(db).listPreviews]) {
        for await (const object of pages(list, range)) {
          if (!failed.has(object.objectKey) && (adopted || object.isOwn)) yield object;
        }
      }
    }
  }

  async function moveOne(object: NamedObject): Promise<void> {
    const newKey = bucket.copiesOf(object.objectKey).find((key) => isIn(key, to));
    if (newKey === undefined) throw new Error(`There is no bucket ${to}.`);
    try {
      if (!object.isOwn && (await inventoryQueries(db).taken([newKey])).has(newKey)) throw new NotCopied(KEY_IS_TAKEN);
      await copyWithRetries(bucket, { object, to: newKey, signal });
    } catch (error) {
      if (!(error instanceof NotCopied)) throw error;
      if (await moveQueries(db).names(object)) return fail(object, error);
      // An adopted object keeps its key, so the object at the new key may belong to another program.
      if (object.isOwn) return discard(newKey);
      result.deleted += 1;
      return;
    }
    signal.throwIfAborted();
    if (!(await moveQueries(db).rename(object, newKey))) return discard(newKey);
    inARow = 0;
    result.lastRenamedAt = clock();
    result.moved = addAmounts(result.moved, { objects: 1, bytes: object.sizeBytes });
    report();
  }

  /** Deletes the copy of a file that was deleted during the copy. */
  async function discard(newKey: string): Promise<void> {
    result.deleted += 1;
    await objectDeletionQueries(db).put({ objectKey: newKey, notBefore: clock() });
  }

  function fail(object: NamedObject, error: NotCopied): void {
    failed.add(object.objectKey);
    const failure = { object, reason: error.message };
    result.failures.push(failure);
    options.onFailure(failure);
    inARow += 1;
    if (inARow >= FAILURES_IN_A_ROW) throw new Stopped(`${inARow} objects failed in a row: ${error.message}`);
    report();
  }

  function report(): void {
    options.onProgress({ moved: result.moved, total, failed: result.failures.length });
  }

  /** Moves all rows that currently name the old bucket. Returns whether at least one row named the old bucket. */
  async function pass(): Promise<boolean> {
    const queue = todo();
    let count = 0;
    async function work(): Promise<void> {
      for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
        signal.throwIfAborted();
        count += 1;
        await moveOne(next.value);
      }
    }
    const workers = Array.from({ length: atOnce }, () =>
      work().catch((error) => {
        stop.abort(error);
        throw error;
      }),
    );
    const settled = await Promise.allSettled(workers);
    if (signal.aborted && settled.some(({ status }) => status === "rejected")) throw signal.reason;
    return count > 0;
  }

  return {
    result,
    async run(): Promise<void> {
      const { since = 0 } = (await uploadBucketQueries(db).find()) ?? {};
      for (;;) {
        const hadWork = await pass();
        const leftMs = since + seenMs - clock();
        if (!hadWork && leftMs <= 0) return;
        // Until all replicas know the new bucket, they can still store new uploads in the old bucket.
        if (!hadWork) await sleep(leftMs);
      }
    },
  };
}

async function* pages(
  list: (page: { range: KeyRange; limit: number }) => Promise<NamedObject[]>,
  range: KeyRange,
): AsyncGenerator<NamedObject> {
  let { after } = range;
  for (;;) {
    const page = await list({ range: { ...range, after }, limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.objectKey ?? after;
  }
}

/** Finds out whether rows still name the old bucket, and when the last URL of the old bucket expires. */
async function settle(deps: Deps, { from, adopted }: MoveOptions, result: Result): Promise<MoveReport> {
  const { db, clock, limits } = deps;
  const queries = moveQueries(db);
  const unsettled = { count: 0, lastExpiresAt: 0 };
  let adoptedLeft = 0;
  // A URL of a file that moved in an earlier run may still be valid.
  let emptyFrom = Math.max(result.lastRenamedAt, clock()) + limits.urlTtlMaxSeconds * 1_000 + GRACE_MS;
  for (const range of keyRangesOf(from)) {
    const { count, lastExpiresAt } = await queries.unsettled(range, { after: clock() + BEING_STORED_MS });
    unsettled.count += count;
    unsettled.lastExpiresAt = Math.max(unsettled.lastExpiresAt, lastExpiresAt);
    if (!adopted) adoptedLeft += await queries.countAdopted(range);
    const { first, second } = await queries.lastDeletions(range);
    emptyFrom = Math.max(emptyFrom, first + SECOND_DELETION_MS, second);
  }
  const { moved, deleted, failures } = result;
  const isUsed = failures.length + unsettled.count + adoptedLeft > 0;
  return { moved, deleted, failures, adoptedLeft, unsettled, emptyFrom: isUsed ? undefined : emptyFrom };
}

export { reasonOf, Stopped };
