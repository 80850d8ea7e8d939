import type { RunCalls } from "../../../platform/database/run-calls.ts";
import { fold } from "../../../platform/text/readable-text.ts";
import { limitsOf } from "../../usage/queries.ts";
import { startRecords } from "./record-start.ts";
import type { StartStatements, StartValues, UploadStart } from "./start-upload-statements.ts";

/** Starts uploads. `run` must run all its calls in one transaction. */
export function uploadStarts(statements: StartStatements, run: RunCalls) {
  const record = startRecords(statements, run);
  return (start: UploadStart) => record(valuesOf(start));
}

/** Returns the values of the statements that start this upload. */
export function valuesOf({ upload, isGranted, quota, maxPending, startedBefore }: UploadStart): StartValues {
  const { multipart, createdAt: now } = upload;
  return {
    noteId: upload.noteId,
    userId: upload.userId,
    ownerId: undefined,
    now,
    isGranted: isGranted ? 1 : 0,
    idempotencyKey: upload.idempotencyKey ?? null,
    startedBefore,
    expiresBefore: leastExpiry(now),
    maxOfUser: maxPending.ofUser,
    maxOfNote: maxPending.ofNote,
    ...limitsOf(quota),
    attachmentId: upload.attachmentId,
    uploadId: upload.id,
    objectKey: upload.objectKey,
    filename: upload.filename,
    filenameFolded: fold(upload.filename),
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    declaredSha256: upload.declaredChecksum?.value ?? null,
    staged: upload.staged ? 1 : 0,
    expiresAt: upload.expiresAt,
    strategy: multipart === undefined ? "put" : "multipart",
    bucketUploadId: multipart?.bucketUploadId ?? null,
    partSize: multipart?.partSize ?? null,
  };
}

/**
 * Returns the earliest expiry that an upload may have. An upload that expires earlier counts as expired, because the service signs no URL
 * for less than a second. Milliseconds.
 */
export function leastExpiry(now: number): number {
  return now + 1_000;
}
