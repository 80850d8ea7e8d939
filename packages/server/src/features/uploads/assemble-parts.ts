import { countParts, lengthOfPart } from "../../platform/bucket/part-plan.ts";
import type { StoredPart } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { MultipartUpload, Upload } from "../access/attachment.ts";

/** A part that the client says it has sent. */
export type ReportedPart = { partNumber: number; etag: string };

type Assembly = { upload: Upload & { multipart: MultipartUpload }; reported: readonly ReportedPart[] };

/**
 * Completes the multipart upload in the bucket, with the parts that the bucket lists. Does nothing if the bucket does not know the upload
 * any more, because an earlier completion may have succeeded. Throws `upload_incomplete`. The error text says which part is missing or
 * wrong.
 */
export async function assembleParts({ bucket }: Deps, { upload, reported }: Assembly): Promise<void> {
  const { objectKey, multipart } = upload;
  const { bucketUploadId } = multipart;
  const stored = await bucket.listParts({ objectKey, bucketUploadId });
  if (stored === undefined) return;
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  for (const part of reported) checkReported(part, byNumber.get(part.partNumber));
  const parts = checkedParts(upload, byNumber);
  const outcome = await bucket.completeMultipart({ objectKey, bucketUploadId, parts });
  if (outcome === "parts_changed")
    throw incomplete("A part was sent again in the meantime. Complete the upload again.");
}

function checkReported({ partNumber, etag }: ReportedPart, stored: StoredPart | undefined): void {
  if (stored === undefined) throw missing(partNumber);
  if (unquoted(stored.etag) === unquoted(etag)) return;
  throw incomplete(`Part ${partNumber} has a different ETag in the bucket. Send it again.`);
}

/** Returns all parts of the upload. Throws `upload_incomplete` if a part is missing or does not have the signed length. */
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
  return incomplete(`Part ${partNumber} is not in the bucket yet. Send it first.`);
}

function incomplete(message: string): DomainError {
  return new DomainError("upload_incomplete", message);
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', "");
}
