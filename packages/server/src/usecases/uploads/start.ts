import type { Attachment } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import { checkFilename } from "../../domain/filename.ts";
import { countParts, MAX_PARTS, type Parts, planUpload, type UploadPlan } from "../../domain/part-plan.ts";
import { normaliseContentType } from "../../domain/serving.ts";
import type { MultipartUpload, Upload } from "../../domain/upload.ts";
import type { Allowance } from "../allowance.ts";
import type { Deps, Queries } from "../ports/index.ts";
import { quotaOf } from "../usage.ts";
import { checkPending } from "./check-pending.ts";
import { type DeclaredUpload, type StartedUpload, type StartUploadInput, signPut } from "./declared-upload.ts";
import { checkRequest, holdRequest, joinRequest, secondsLeft } from "./join-request.ts";
import { repeatStart } from "./repeat-start.ts";
import { authoriseSender, type Sender } from "./sender.ts";

/** Longer than it takes to create and record a multipart upload. After that, its process has died. Milliseconds. */
const UNRECORDED_AFTER_MS = 600_000;

/** The refusals of a start when the same start ran at the same moment. */
const CODES_OF_A_TWIN = new Set(["idempotency_key_in_use", "request_full", "quota_exceeded", "too_many_uploads"]);

/**
 * Starts an upload that goes straight to the bucket: records the declaration, and signs the PUT. Parts are signed later.
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`, `quota_exceeded`, `too_many_uploads`,
 * `idempotency_key_reused`, `rate_limited`, and `invalid_request` for more parts than S3 allows. For a visitor also `link_not_found`,
 * `kind_not_accepted` and `request_full`.
 */
export function startUpload(deps: Deps, allowance: Allowance) {
  const { bucket, limits } = deps;
  return async (caller: Sender, input: StartUploadInput): Promise<StartedUpload> => {
    allowance.take(caller.userId, 1);
    const filename = checkFilename(input.filename);
    const { sizeBytes, idempotencyKey } = input;
    if (sizeBytes > limits.uploadMaxBytes) {
      throw new DomainError("file_too_large", `The file is larger than the limit of ${limits.uploadMaxBytes} bytes.`);
    }
    const contentType = normaliseContentType(input.contentType);
    const declared: DeclaredUpload = { ...input, filename, contentType, caller, objectKey: bucket.newObjectKey() };
    if (idempotencyKey === undefined) return start(deps, declared);
    const repeat = () => repeatStart(deps, { declared, idempotencyKey });
    const earlier = await repeat();
    if (earlier !== undefined) return earlier;
    try {
      return await start(deps, declared);
    } catch (error) {
      // The same start may have run at the same moment, and may have used the last capacity.
      const mayBeTaken = error instanceof DomainError && CODES_OF_A_TWIN.has(error.code);
      const other = mayBeTaken ? await repeat() : undefined;
      if (other === undefined) throw error;
      return other;
    }
  };
}

function start(deps: Deps, declared: DeclaredUpload): Promise<StartedUpload> {
  const { sizeBytes, partSize } = declared;
  const { singlePutMaxBytes } = deps.limits;
  const plan =
    partSize === undefined ? planUpload({ sizeBytes, singlePutMaxBytes }) : planParts({ sizeBytes, partSize });
  return plan.strategy === "put"
    ? startPut(deps, declared)
    : startMultipart(deps, { declared, partSize: plan.partSize });
}

function planParts(parts: Parts): UploadPlan {
  const partCount = countParts(parts);
  if (partCount > MAX_PARTS) {
    throw new DomainError(
      "invalid_request",
      `The file would have ${partCount} parts, and S3 allows ${MAX_PARTS}. Use larger parts.`,
    );
  }
  return { strategy: "multipart", partSize: parts.partSize, partCount };
}

async function startPut(deps: Deps, declared: DeclaredUpload): Promise<StartedUpload> {
  const upload = await deps.db.transaction((tx) => recordUpload(deps, { tx, declared, multipart: undefined }));
  return { upload, request: await signPut(deps, { upload, now: upload.createdAt }) };
}

/** The deletion is queued before the bucket creates the upload, and cancelled when the upload is recorded. */
async function startMultipart(
  deps: Deps,
  { declared, partSize }: { declared: DeclaredUpload; partSize: number },
): Promise<StartedUpload> {
  const { db, bucket, clock, limits, onDeletionsQueued } = deps;
  const { caller, noteId, objectKey, contentType } = declared;
  const { request } = await authoriseSender(db, { sender: caller, noteId, now: clock(), limits });
  // Checks once more when the upload is recorded. These checks spare the bucket the uploads that would be refused then.
  await checkRequest(db, { declared, link: request?.link });
  await checkPending(db, { userId: caller.userId, noteId, limits });
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
    // This only brings the deletion forward. If it fails, the deletion runs some minutes later.
    await db.objectDeletions.put({ objectKey, notBefore: clock() }).catch(() => undefined);
    onDeletionsQueued();
    throw error;
  }
}

async function recordUpload(
  { clock, newId, limits, capabilities }: Deps,
  { tx, declared, multipart }: { tx: Queries; declared: DeclaredUpload; multipart: MultipartUpload | undefined },
): Promise<Upload> {
  const { caller, sha256, noteId, objectKey, filename, contentType, sizeBytes, idempotencyKey } = declared;
  await tx.uploads.holdStarts(caller.userId);
  if (caller.linkId !== undefined) await holdRequest(tx, { linkId: caller.linkId, noteId });
  const now = clock();
  const { ownerId, request } = await authoriseSender(tx, { sender: caller, noteId, now, limits });
  await checkRequest(tx, { declared, link: request?.link });
  const { conditionalPut, partsDie } = capabilities();
  const ttlSeconds = multipart === undefined ? limits.uploadTtlSeconds : limits.multipartTtlSeconds;
  const common = { noteId, objectKey, filename, contentType, sizeBytes, state: "pending" as const, createdAt: now };
  const attachment: Attachment = {
    ...common,
    id: newId(),
    ownerId,
    createdBy: caller.userId,
    ownsObject: true,
    checksum: undefined,
    rejectReason: undefined,
  };
  const upload: Upload = {
    ...common,
    id: newId(),
    attachmentId: attachment.id,
    userId: caller.userId,
    multipart,
    idempotencyKey,
    staged: multipart === undefined ? !conditionalPut : !partsDie,
    declaredChecksum: sha256 === undefined ? undefined : { algorithm: "SHA256", value: sha256 },
    expiresAt: now + Math.min(ttlSeconds, secondsLeft(request?.deadline, now)) * 1000,
  };
  await tx.attachments.insert(attachment, { quota: quotaOf(limits) });
  // After the insertion, which locks the usage of the owner against other starts on their notes.
  await checkPending(tx, { userId: caller.userId, noteId, limits });
  await tx.uploads.insert(upload);
  if (request !== undefined) await joinRequest(tx, { declared, link: request.link, attachmentId: attachment.id, now });
  return upload;
}
