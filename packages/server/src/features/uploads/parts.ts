import { countParts, lengthOfPart } from "../../platform/bucket/part-plan.ts";
import type { SignedRequest, StoredPart } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Upload } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { authoriseSender, type Sender } from "./authorise-sender.ts";
import { findOwnUpload, uploadOver } from "./own-upload.ts";

type SignedPart = SignedRequest & { partNumber: number };

/**
 * Signs the PUTs of parts of a multipart upload. Until the upload is complete, a client can get a new signature for a part and send the
 * part again.
 * Throws `upload_not_found`, `access_denied`, `upload_not_pending`, and `invalid_request` for a part that the upload does not have.
 */
export function signParts({ db, bucket, clock, limits }: Deps) {
  return async (caller: Sender, input: { uploadId: string; partNumbers: readonly number[] }): Promise<SignedPart[]> => {
    const upload = await findOwnUpload(db, { caller, uploadId: input.uploadId });
    await authoriseSender(db, { sender: caller, noteId: upload.noteId, now: clock(), limits });
    if (upload.state !== "pending") throw uploadOver(upload);
    const { multipart, objectKey, sizeBytes } = upload;
    if (multipart === undefined) throw invalid("This upload has no parts. Send the file in one PUT.");
    const { bucketUploadId, partSize } = multipart;
    const partCount = countParts({ sizeBytes, partSize });
    const unknown = input.partNumbers.find((partNumber) => partNumber > partCount);
    if (unknown !== undefined) throw invalid(`There is no part ${unknown}. This upload has parts 1 to ${partCount}.`);
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

export type UploadProgress = { upload: Upload; parts: StoredPart[]; rejectReason: string | undefined };

/**
 * Returns an upload of the caller, with the parts that are already stored.
 * Throws `upload_not_found`.
 */
export function getUpload({ db, bucket }: Deps) {
  return async (caller: Sender, uploadId: string): Promise<UploadProgress> => {
    const upload = await findOwnUpload(db, { caller, uploadId });
    const { multipart, objectKey, state, attachmentId } = upload;
    const attachment = state === "rejected" ? await attachmentQueries(db).find(attachmentId) : undefined;
    const rejectReason = attachment?.rejectReason;
    if (multipart === undefined || state !== "pending") return { upload, parts: [], rejectReason };
    const { bucketUploadId } = multipart;
    return { upload, parts: (await bucket.listParts({ objectKey, bucketUploadId })) ?? [], rejectReason };
  };
}

function invalid(message: string): DomainError {
  return new DomainError("invalid_request", message);
}
