import { DomainError } from "../../domain/errors.ts";
import { countParts, lengthOfPart } from "../../domain/part-plan.ts";
import type { MultipartUpload, Upload } from "../../domain/upload.ts";
import type { Deps, StoredPart } from "../ports/index.ts";

/** A part as the client believes it to be. */
export type NamedPart = { partNumber: number; etag: string };

type Assembly = { upload: Upload & { multipart: MultipartUpload }; named: readonly NamedPart[] };

/**
 * Has the bucket put the parts together, by its own list of them. Does nothing when there is no such list any more: an earlier completion
 * came through, though its answer may be lost. Throws `upload_incomplete`, naming the part.
 */
export async function assembleParts({ bucket }: Deps, { upload, named }: Assembly): Promise<void> {
  const place = { objectKey: upload.objectKey, bucketUploadId: upload.multipart.bucketUploadId };
  const stored = await bucket.listParts(place);
  if (stored === undefined) return;
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  for (const part of named) checkNamed(part, byNumber.get(part.partNumber));
  const outcome = await bucket.completeMultipart({ ...place, parts: checkedParts(upload, byNumber) });
  if (outcome === "parts_changed") throw incomplete("A part was sent again in the meantime; complete once more.");
}

function checkNamed({ partNumber, etag }: NamedPart, stored: StoredPart | undefined): void {
  if (stored === undefined) throw missing(partNumber);
  if (unquoted(stored.etag) === unquoted(etag)) return;
  throw incomplete(`Part ${partNumber} in the bucket is not the one that was named: its ETag differs. Send it again.`);
}

/** Every part of the plan, each as long as it was signed. */
function checkedParts(upload: Assembly["upload"], byNumber: ReadonlyMap<number, StoredPart>): StoredPart[] {
  const plan = { sizeBytes: upload.sizeBytes, partSize: upload.multipart.partSize };
  const parts: StoredPart[] = [];
  for (let partNumber = 1; partNumber <= countParts(plan); partNumber += 1) {
    const part = byNumber.get(partNumber);
    if (part === undefined) throw missing(partNumber);
    const expected = lengthOfPart(plan, partNumber);
    if (part.sizeBytes !== expected) {
      throw incomplete(`Part ${partNumber} has ${part.sizeBytes} bytes where ${expected} were signed. Send it again.`);
    }
    parts.push(part);
  }
  return parts;
}

function missing(partNumber: number): DomainError {
  return incomplete(`Part ${partNumber} is not in the bucket yet: send it first.`);
}

function incomplete(message: string): DomainError {
  return new DomainError("upload_incomplete", message);
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', "");
}
