import type { Attachment } from "../../domain/attachment.ts";
import type { Deps, ListedObject, UnfinishedMultipart, UsageDrift } from "../ports/index.ts";

/**
 * What bucket and database don't agree on.
 * orphan: an object that no row explains · multipart: parts that no row explains · usage: a person's counter is not what their files take up ·
 * missing: a file that is ready has no object · resized: its object has another length.
 */
export type Finding =
  | { kind: "orphan"; object: ListedObject }
  | { kind: "multipart"; upload: UnfinishedMultipart }
  | { kind: "usage"; drift: UsageDrift }
  | { kind: "missing"; attachment: Attachment }
  | { kind: "resized"; attachment: Attachment; object: ListedObject };

/** What is there and is fine, or not ours to judge. */
export type Tally = {
  /** Explained by a row. */
  known: number;
  /** Under our prefix, and not named as the service names objects: other people's. */
  foreign: number;
  /** Without a row, and so new that an upload under way may explain it. */
  young: number;
};

/**
 * Longer than any upload lasts, with all that is removed after it: up to here an object may be there before its row is seen. Milliseconds.
 */
export const YOUNG_MS = 2 * 86_400_000;
const BATCH = 500;
const LOOKS_AT_ONCE = 8;

/**
 * Goes through all objects in the order of their keys, and through the files that are ready in the same order, side by side: neither is
 * ever in memory as a whole. What is missing is looked for once more before it is said, since both change meanwhile.
 */
export async function* findInObjects(deps: Deps, tally: Tally): AsyncGenerator<Finding> {
  let after = "";
  for await (const page of deps.bucket.listObjects()) {
    yield* findOrphans(deps, { page, tally });
    const upTo = page.at(-1)?.objectKey ?? after;
    yield* findMissing(deps, { after, upTo, page });
    after = upTo;
  }
  yield* findMissing(deps, { after, upTo: undefined, page: [] });
}

/** Only the objects without a row: what mending needs. */
export async function* findOrphans(
  { db, bucket, clock }: Deps,
  { page, tally }: { page: readonly ListedObject[]; tally: Tally },
): AsyncGenerator<Finding> {
  const known = await db.inventory.known(page.map((object) => object.objectKey));
  for (const object of page) {
    if (known.has(object.objectKey)) tally.known += 1;
    else if (!bucket.isOwnKey(object.objectKey)) tally.foreign += 1;
    else if (object.modifiedAt > clock() - YOUNG_MS) tally.young += 1;
    else yield { kind: "orphan", object };
  }
}

type Range = { after: string; upTo: string | undefined; page: readonly ListedObject[] };

async function* findMissing({ db, bucket }: Deps, { after, upTo, page }: Range): AsyncGenerator<Finding> {
  const objects = new Map(page.map((object) => [object.objectKey, object]));
  let from = after;
  for (;;) {
    const files = await db.inventory.listReady({ after: from, upTo, limit: BATCH });
    const unseen: Attachment[] = [];
    for (const attachment of files) {
      const object = objects.get(attachment.objectKey);
      if (object === undefined) unseen.push(attachment);
      else if (object.sizeBytes !== attachment.sizeBytes) yield { kind: "resized", attachment, object };
    }
    for (let at = 0; at < unseen.length; at += LOOKS_AT_ONCE) {
      const some = unseen.slice(at, at + LOOKS_AT_ONCE);
      const missing = await Promise.all(some.map((attachment) => isMissing({ db, bucket }, attachment)));
      for (const [index, attachment] of some.entries()) if (missing[index]) yield { kind: "missing", attachment };
    }
    if (files.length < BATCH) return;
    from = files.at(-1)?.objectKey ?? from;
  }
}

/** It may lie outside our prefix, as adopted objects do; or have come, or its file have gone, since the list was made. */
async function isMissing({ db, bucket }: Pick<Deps, "db" | "bucket">, { id, objectKey }: Attachment): Promise<boolean> {
  if ((await bucket.head(objectKey)) !== undefined) return false;
  const now = await db.attachments.find(id);
  return now?.state === "ready" && now.objectKey === objectKey;
}

/** Uploads in parts that were begun in the bucket and that no row explains. */
export async function* findMultiparts({ db, bucket, clock }: Deps, tally: Tally): AsyncGenerator<Finding> {
  for await (const page of bucket.listMultiparts()) {
    const known = await db.inventory.multipartsUnder(page.map((upload) => upload.objectKey));
    for (const upload of page) {
      const { objectKey, bucketUploadId, begunAt } = upload;
      // By its id, not by its key: where an answer was lost, the bucket may have begun the same upload twice.
      if (known.has(bucketUploadId)) tally.known += 1;
      else if (!bucket.isOwnKey(objectKey)) tally.foreign += 1;
      else if (begunAt > clock() - YOUNG_MS) tally.young += 1;
      else yield { kind: "multipart", upload };
    }
  }
}

/** Counters of usage that differ from what the rows say. */
export async function* findUsage({ db }: Deps): AsyncGenerator<Finding> {
  let after = "";
  for (;;) {
    const drifts = await db.usage.listDrifts({ after, limit: BATCH });
    for (const drift of drifts) yield { kind: "usage", drift };
    if (drifts.length < BATCH) return;
    after = drifts.at(-1)?.ownerId ?? after;
  }
}
