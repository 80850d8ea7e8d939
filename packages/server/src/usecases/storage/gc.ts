import type { Deps } from "../ports/index.ts";
import { type Finding, findInObjects, findMultiparts, findOrphans, findUsage, type Tally } from "./find-garbage.ts";
import { purgeObjects } from "./purge.ts";

export type GarbageOptions = {
  /** False: nothing is changed. */
  mend: boolean;
  /** Removes objects although more would go than stay, or others may keep objects of their own in the bucket. */
  force: boolean;
  /** Nobody else keeps objects where ours are: the bucket is the service's own, or it has a prefix in it. */
  isAlone: boolean;
  onFinding?: ((finding: Finding) => void) | undefined;
  /** Told now and then how many objects were compared. */
  onProgress?: ((compared: number) => void) | undefined;
};

export type Counts = Record<Finding["kind"], number>;
export type GarbageReport = {
  found: Counts;
  mended: Counts;
  tally: Tally;
  /** Why objects and parts without a row were left where they are; undefined: they were not. */
  kept: string | undefined;
};

/**
 * Compares the bucket with the database both ways, in constant memory, and mends what can be without a loss: what no row explains goes,
 * and counters are counted anew. A file without its object is only told: nothing brings it back, and nobody but its owner gives it up.
 */
export function collectGarbage(deps: Deps) {
  return async (options: GarbageOptions): Promise<GarbageReport> => {
    const report: GarbageReport = { found: noCounts(), mended: noCounts(), tally: noTally(), kept: undefined };
    const { found, mended, tally } = report;
    for await (const finding of findAll(withProgress(deps, options.onProgress), tally)) {
      found[finding.kind] += 1;
      options.onFinding?.(finding);
    }
    report.kept = whyNot(report, options);
    if (!options.mend) return report;
    for await (const finding of findMendable(deps, { objectsToo: report.kept === undefined })) {
      await mend(deps, finding);
      mended[finding.kind] += 1;
    }
    // The removal was queued; a service that runs does it soon, and one that doesn't need not be started for it.
    await purgeObjects(deps)();
    return report;
  };
}

async function* findAll(deps: Deps, tally: Tally): AsyncGenerator<Finding> {
  yield* findInObjects(deps, tally);
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
    await db.objectDeletions.put({ objectKey: finding.object.objectKey, notBefore: clock() });
  } else if (finding.kind === "multipart") {
    await bucket.abortMultipart(finding.upload);
  } else if (finding.kind === "usage") {
    await db.transaction((tx) => tx.usage.recount(finding.drift.ownerId));
  }
}

/** A wrong database or bucket looks like a bucket full of orphans: what can't be undone needs a second word then. */
function whyNot({ found, tally }: GarbageReport, { force, isAlone }: GarbageOptions): string | undefined {
  if (force || found.orphan + found.multipart === 0) return undefined;
  if (!isAlone) {
    return "S3_KEY_PREFIX is not set, so that others may keep objects in this bucket. If it is this service's alone, add --force.";
  }
  if (found.orphan > tally.known) {
    return `More objects would go (${found.orphan}) than the database knows (${tally.known}). If bucket and database belong together, add --force.`;
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

const noCounts = (): Counts => ({ orphan: 0, multipart: 0, usage: 0, missing: 0, resized: 0 });
const noTally = (): Tally => ({ known: 0, foreign: 0, young: 0 });
