import { fold } from "../../domain/fold.ts";
import type { StartedRecord, UploadStart } from "../../usecases/ports/index.ts";
import type { RunCalls } from "./compile-statement.ts";
import type { StartStatement, StartStatements, StartValues } from "./start-upload-statements.ts";
import { limitsOf } from "./usage.ts";

/** Starts uploads. `run` must run all its calls in one transaction. */
export function uploadStarts(statements: StartStatements, run: RunCalls) {
  return async (start: UploadStart): Promise<StartedRecord | undefined> => {
    const values = valuesOf(start);
    const call = (statement: StartStatement) => ({
      statement,
      values: statement.parameters.map((parameter) => values[parameter]),
    });
    const forgetKey = values.idempotencyKey === null ? [] : [call(statements.forgetKey)];
    if (statements.engine === "postgres") {
      const [row] = await run([call(statements.lock), ...forgetKey, call(statements.start)]);
      return row && toRecord(row, { isRecorded: row.at(-1) === 1 });
    }
    const [row] = await run([...forgetKey, call(statements.facts)]);
    if (row === undefined) return undefined;
    values.ownerId = row[0];
    const isCounted = row.at(-1) === 1 && (await run([call(statements.addUsage)])).length === 1;
    if (isCounted) await run([call(statements.addAttachment), call(statements.addUpload)]);
    return toRecord(row, { isRecorded: isCounted });
  };
}

type Facts = [ownerId: string, mayAdd: number, ofUser: number, ofNote: number, twinId: string | null];

function toRecord(row: readonly unknown[], { isRecorded }: { isRecorded: boolean }): StartedRecord {
  const [ownerId, mayAdd, ofUser, ofNote, twinId] = row as unknown as Facts;
  return { isRecorded, ownerId, mayAdd: mayAdd === 1, pending: { ofUser, ofNote }, isRepeated: twinId !== null };
}

function valuesOf({ upload, isGranted, quota, maxPending, startedBefore }: UploadStart): StartValues {
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
