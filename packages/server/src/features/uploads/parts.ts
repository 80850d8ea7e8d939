import { countParts, lengthOfPart } from "../../platform/bucket/part-plan.ts";
import type { SignedRequest, StoredPart } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import type { Attachment, MultipartUpload, Upload } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { authoriseSender, findOwnUpload, type Sender, uploadOver } from "./sender.ts";

type SignedPart = SignedRequest & { partNumber: number };

/**
 * Signs the PUTs of the parts of a multipart upload. Until the upload is complete, a client can get a new signature for a part and send the
 * part again. Throws `upload_not_found`, `access_denied`, `upload_not_pending`, and `invalid_request` for a part that the upload does not
 * have.
 */
export function signParts({ db, bucket, clock, limits }: Deps) {
  return async (caller: Sender, input: { uploadId: string; partNumbers: readonly number[] }): Promise<SignedPart[]> => {
    const upload = await findOwnUpload(db, { caller, uploadId: input.uploadId });
    await authoriseSender(db, { sender: caller, noteId: upload.noteId, now: clock(), limits });
    if (upload.state !== "pending") throw uploadOver(upload);
    const { multipart, objectKey, sizeBytes } = upload;
    if (multipart === undefined) throw invalidRequest("This upload has no parts. Send the file in one PUT.");
    const { bucketUploadId, partSize } = multipart;
    const partCount = countParts({ sizeBytes, partSize });
    const unknown = input.partNumbers.find((partNumber) => partNumber > partCount);
    if (unknown !== undefined)
      throw invalidRequest(`There is no part ${unknown}. This upload has parts 1 to ${partCount}.`);
    const now = clock();
    // No URL may expire later than the upload.
    const expiresInSeconds = Math.min(limits.uploadTtlSeconds, Math.floor((upload.expiresAt - now) / 1000));
    if (expiresInSeconds < 1) throw new DomainError("upload_not_pending", "The upload has expired. Start a new one.");
    const sign = async (partNumber: number): Promise<SignedPart> => {
      const partBytes = lengthOfPart({ sizeBytes, partSize }, partNumber);
      const place = { objectKey, bucketUploadId, partNumber };
      return { partNumber, ...(await bucket.presignPart({ ...place, sizeBytes: partBytes, expiresInSeconds, now })) };
    };
    return Promise.all(input.partNumbers.map(sign));
  };
}

export type UploadProgress = { upload: Upload; parts: StoredPart[]; rejected: Attachment | undefined };

/** Returns an upload of the caller, with the list of stored parts. Throws `upload_not_found`. */
export function getUpload({ db, bucket }: Deps) {
  return async (caller: Sender, uploadId: string): Promise<UploadProgress> => {
    const upload = await findOwnUpload(db, { caller, uploadId });
    const { multipart, objectKey, state, attachmentId } = upload;
    const rejected = state === "rejected" ? await attachmentQueries(db).find(attachmentId) : undefined;
    if (multipart === undefined || state !== "pending") return { upload, parts: [], rejected };
    const { bucketUploadId } = multipart;
    return { upload, parts: (await bucket.listParts({ objectKey, bucketUploadId })) ?? [], rejected };
  };
}

export type ReportedPart = { partNumber: number; etag: string };

type Assembly = { upload: Upload & { multipart: MultipartUpload }; reported: readonly ReportedPart[] };

/**
 * Completes the multipart upload in the bucket, with the parts that the bucket lists. Does nothing if the bucket does not know the upload
 * any more, because an earlier completion may have succeeded. Throws `upload_incomplete` with the number of a missing or wrong part.
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

/** Returns all stored parts of the upload. Throws `upload_incomplete` if a part is missing or does not have the signed length. */
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
