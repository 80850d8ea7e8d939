import type { Deps } from "../../platform/deps.ts";
import { usageQueries } from "../usage/queries.ts";
import { type Finding, findInObjects, findMultiparts, findOrphans, findUsage, type Tally } from "./find-garbage.ts";
import { objectDeletionQueries } from "./object-deletion-queries.ts";
import { purgeObjects } from "./object-deletions.ts";

export type GarbageOptions = {
  /** False: only reports the findings and changes nothing. */
  mend: boolean;
  /** Deletes garbage even if most objects are garbage, or if other programs may use the bucket. */
  force: boolean;
  /** True: only this service stores objects in the bucket, or under the configured key prefix. */
  isAlone: boolean;
  /** Checks that the bucket can read each object. Only the embedded bucket needs this check, because its disk can lose bytes. */
  readsObjects: boolean;
  onFinding?: ((finding: Finding) => void) | undefined;
  /** Called after each page of objects, with the number of objects that were compared with the database so far. */
  onProgress?: ((compared: number) => void) | undefined;
};

export type Counts = Record<Finding["kind"], number>;
export type GarbageReport = {
  found: Counts;
  mended: Counts;
  tally: Tally;
  /** The reason why no unreferenced objects and parts were deleted. Undefined: nothing prevented their deletion. */
  kept: string | undefined;
};

/**
 * Compares the bucket with the database in both directions, in constant memory. Deletes unreferenced objects and corrects usage counters.
 * If an attachment has lost its object, only reports this. Nothing can restore the object, and only the owner may delete the attachment.
 */
export function collectGarbage(deps: Deps) {
  return async (options: GarbageOptions): Promise<GarbageReport> => {
    const report: GarbageReport = { found: noCounts(), mended: noCounts(), tally: noTally(), kept: undefined };
    const { found, mended, tally } = report;
    for await (const finding of findAll(withProgress(deps, options.onProgress), {
      tally,
      readsObjects: options.readsObjects,
    })) {
      found[finding.kind] += 1;
      options.onFinding?.(finding);
    }
    report.kept = whyNot(report, options);
    if (!options.mend) return report;
    for await (const finding of findMendable(deps, { objectsToo: report.kept === undefined })) {
      await mend(deps, finding);
      mended[finding.kind] += 1;
    }
    // Runs the queued deletions immediately, so that the command also works while the service is stopped.
    await purgeObjects(deps)();
    return report;
  };
}

async function* findAll(deps: Deps, asked: { tally: Tally; readsObjects: boolean }): AsyncGenerator<Finding> {
  yield* findInObjects(deps, asked);
  yield* findMultiparts(deps, noTally());
  yield* findUsage(deps);
}

async function* findMendable(deps: Deps, { objectsToo }: { objectsToo: boolean }): AsyncGenerator<Finding> {
  if (objectsToo) {
    for await (const page of deps.bucket.listObjects()) yield* findOrphans(deps, { page, tally: noTally() });
    yield* findMultiparts(deps, noTally());
  }
  yield* findUsage(deps);
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
 * Returns the reason why garbage must not be deleted. If the bucket belongs to another database, most objects look like orphans. Nobody can
 * undo a deletion, so if most objects are orphans, the command needs --force.
 */
function whyNot({ found, tally }: GarbageReport, { force, isAlone }: GarbageOptions): string | undefined {
  if (force || found.orphan + found.multipart === 0) return undefined;
  if (!isAlone) {
    return "S3_KEY_PREFIX is not set, so other programs may store objects in this bucket. If only this service uses it, add --force.";
  }
  if (found.orphan > tally.known) {
    return `More objects are unreferenced (${found.orphan}) than referenced (${tally.known}). If bucket and database belong together, add --force.`;
  }
  return undefined;
}

function withProgress(deps: Deps, onProgress: GarbageOptions["onProgress"]): Deps {
  if (onProgress === undefined) return deps;
  let compared = 0;
  async function* listObjects() {
    for await (const page of deps.bucket.listObjects()) {
      yield page;
      compared += page.length;
      onProgress?.(compared);
    }
  }
  return { ...deps, bucket: { ...deps.bucket, listObjects } };
}

const noCounts = (): Counts => ({ orphan: 0, multipart: 0, usage: 0, missing: 0, resized: 0, damaged: 0 });
const noTally = (): Tally => ({ known: 0, foreign: 0, young: 0 });
