import type { Attachment } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Deps, StoredObject } from "../ports/index.ts";

/** Longer than a copy and what is decided about it take. Milliseconds. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/** An upload that has arrived, and what the bucket has of it under `attachment.objectKey`. */
export type Arrived = { attachment: Attachment; upload: Upload; stored: StoredObject };

/**
 * Has `decide` look at an object that nobody can change any more (docs/security-requirements.md, 7). Where the bucket itself sees to that, it is
 * the uploaded one. Where a signed URL could write to it again (`upload.staged`), it is a copy, whose key no URL was ever signed for and
 * which is of this completion alone; what was uploaded is swept.
 *
 * The intent to remove the copy is on disk before there is one, and is taken back by the transaction that attaches it (moveUpload).
 */
export async function settleObject(
  deps: Deps,
  arrived: Arrived,
  decide: (settled: Arrived) => Promise<Attachment | undefined>,
): Promise<Attachment | undefined> {
  const { attachment, upload } = arrived;
  if (!upload.staged) return decide(arrived);
  const { db, bucket, clock, onDeletionsQueued } = deps;
  const objectKey = bucket.newObjectKey();
  const removeAt = (notBefore: number) => db.objectDeletions.put({ objectKey, notBefore });
  await removeAt(clock() + ABANDONED_AFTER_MS);
  const stored = await copyOf(deps, { arrived, to: objectKey });
  // An error leaves the intent as it is: a decision whose answer was lost may have taken it back.
  const decided = await decide({ attachment: { ...attachment, objectKey }, upload, stored });
  if (decided?.objectKey !== objectKey) {
    await removeAt(clock());
    onDeletionsQueued();
  }
  return decided;
}

async function copyOf({ bucket }: Deps, { arrived, to }: { arrived: Arrived; to: string }): Promise<StoredObject> {
  const { upload, stored } = arrived;
  const { sizeBytes, contentType } = stored;
  const outcome = await bucket.copy({ from: upload.objectKey, to, sizeBytes, contentType });
  const copied = outcome === "done" ? await bucket.head(to) : undefined;
  if (copied !== undefined) return copied;
  throw new DomainError("upload_incomplete", "The file is not in the bucket any more: PUT it to the signed URL again.");
}
