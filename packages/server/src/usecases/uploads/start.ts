import type { Attachment } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import { checkFilename } from "../../domain/filename.ts";
import { countParts, MAX_PARTS, type Parts, planUpload, type UploadPlan } from "../../domain/part-plan.ts";
import type { Caller } from "../../domain/person.ts";
import { normaliseContentType } from "../../domain/serving.ts";
import type { MultipartUpload, Upload } from "../../domain/upload.ts";
import { authoriseNote } from "../authorise.ts";
import type { Deps, Queries, SignedRequest } from "../ports/index.ts";
import { quotaOf } from "../usage.ts";
import { repeatStart } from "./repeat-start.ts";
import { signPut } from "./sign-put.ts";

export type StartUploadInput = {
  noteId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
  /** For clients that cut files by themselves: it goes in parts of this length, however small it is. Bytes. */
  partSize?: number | undefined;
  /** The same key with the same declaration is the same upload, however often and wherever it is sent. */
  idempotencyKey?: string | undefined;
};

/** `request` is what to send for an upload in one PUT; one in parts has its parts signed later, and one that is all there needs nothing. */
export type StartedUpload = { upload: Upload; request: SignedRequest | undefined };

export type Declared = StartUploadInput & { caller: Caller; objectKey: string };
type Recording = { declared: Declared; multipart: MultipartUpload | undefined };

/** Longer than creating and recording an upload takes: whoever died in between has left parts that nobody knows. */
const UNRECORDED_AFTER_MS = 600_000;

/**
 * Begins an upload that goes straight to the bucket: records what was declared; one PUT is signed at once, parts when they are asked for.
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`, `quota_exceeded`,
 * `idempotency_key_reused`, and `invalid_request` for parts that S3 would not take.
 */
export function startUpload(deps: Deps) {
  const { bucket, limits } = deps;
  return async (caller: Caller, input: StartUploadInput): Promise<StartedUpload> => {
    const filename = checkFilename(input.filename);
    const { sizeBytes } = input;
    if (sizeBytes > limits.uploadMaxBytes) {
      throw new DomainError(
        "file_too_large",
        `The file is larger than ${limits.uploadMaxBytes} bytes, the limit here.`,
      );
    }
    const contentType = normaliseContentType(input.contentType);
    const declared: Declared = { ...input, filename, contentType, caller, objectKey: bucket.newObjectKey() };
    const { idempotencyKey } = input;
    if (idempotencyKey === undefined) return start(deps, declared);
    const repeat = () => repeatStart(deps, { declared, idempotencyKey });
    const earlier = await repeat();
    if (earlier !== undefined) return earlier;
    try {
      return await start(deps, declared);
    } catch (error) {
      // The same start came through elsewhere at the same moment.
      const isTaken = error instanceof DomainError && error.code === "idempotency_key_in_use";
      const other = isTaken ? await repeat() : undefined;
      if (other === undefined) throw error;
      return other;
    }
  };
}

function start(deps: Deps, declared: Declared): Promise<StartedUpload> {
  const { sizeBytes, partSize } = declared;
  const { singlePutMaxBytes } = deps.limits;
  const plan =
    partSize === undefined ? planUpload({ sizeBytes, singlePutMaxBytes }) : planParts({ sizeBytes, partSize });
  return plan.strategy === "put"
    ? startPut(deps, declared)
    : startMultipart(deps, { declared, partSize: plan.partSize });
}

function planParts(cut: Parts): UploadPlan {
  const partCount = countParts(cut);
  if (partCount > MAX_PARTS) {
    throw new DomainError("invalid_request", `That makes ${partCount} parts; S3 takes ${MAX_PARTS}. Use larger ones.`);
  }
  return { strategy: "multipart", partSize: cut.partSize, partCount };
}

async function startPut(deps: Deps, declared: Declared): Promise<StartedUpload> {
  const upload = await deps.db.transaction((tx) => recordUpload(deps, { tx, declared, multipart: undefined }));
  return { upload, request: await signPut(deps, { upload, now: upload.createdAt }) };
}

/** The intent to remove is on disk before the bucket hears of the upload, and is taken back with its recording. */
async function startMultipart(
  deps: Deps,
  { declared, partSize }: { declared: Declared; partSize: number },
): Promise<StartedUpload> {
  const { db, bucket, clock, onDeletionsQueued } = deps;
  const { caller, noteId, objectKey, contentType } = declared;
  await authoriseNote(db, { caller, noteId, action: "attachment.add" });
  await db.objectDeletions.put({ objectKey, notBefore: clock() + UNRECORDED_AFTER_MS });
  try {
    const bucketUploadId = await bucket.createMultipart({ objectKey, contentType });
    const upload = await db.transaction(async (tx) => {
      const recorded = await recordUpload(deps, { tx, declared, multipart: { bucketUploadId, partSize } });
      await tx.objectDeletions.cancel(objectKey);
      return recorded;
    });
    return { upload, request: undefined };
  } catch (error) {
    // Only brings the removal forward: a failure here costs minutes, not an orphan.
    await db.objectDeletions.put({ objectKey, notBefore: clock() }).catch(() => undefined);
    onDeletionsQueued();
    throw error;
  }
}

/** Writes an upload and its attachment down, if the caller may add one to the note. */
export async function recordUpload(
  { clock, newId, limits, capabilities }: Deps,
  { tx, declared, multipart }: Recording & { tx: Queries },
): Promise<Upload> {
  const { caller, noteId } = declared;
  const note = await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
  const { conditionalPut, partsDie } = capabilities();
  const { attachment, upload } = describeUpload(
    { declared, multipart },
    {
      staged: multipart === undefined ? !conditionalPut : !partsDie,
      now: clock(),
      ownerId: note.ownerId,
      ids: [newId(), newId()],
      ttlSeconds: multipart === undefined ? limits.uploadTtlSeconds : limits.multipartTtlSeconds,
    },
  );
  await tx.attachments.insert(attachment, { quota: quotaOf(limits) });
  await tx.uploads.insert(upload);
  return upload;
}

function describeUpload(
  { declared, multipart }: Recording,
  context: { staged: boolean; now: number; ownerId: string; ids: [string, string]; ttlSeconds: number },
): { attachment: Attachment; upload: Upload } {
  const { caller, sha256, noteId, objectKey, filename, contentType, sizeBytes } = declared;
  const { staged, now, ownerId } = context;
  const [attachmentId, uploadId] = context.ids;
  const shared = {
    ...{ noteId, objectKey, filename, contentType, sizeBytes },
    state: "pending" as const,
    createdAt: now,
  };
  return {
    attachment: {
      ...shared,
      id: attachmentId,
      ownerId,
      createdBy: caller.userId,
      ownsObject: true,
      checksum: undefined,
      rejectReason: undefined,
    },
    upload: {
      ...shared,
      id: uploadId,
      attachmentId,
      userId: caller.userId,
      multipart,
      idempotencyKey: declared.idempotencyKey,
      staged,
      declaredChecksum: sha256 === undefined ? undefined : { algorithm: "SHA256", value: sha256 },
      expiresAt: now + context.ttlSeconds * 1000,
    },
  };
}
