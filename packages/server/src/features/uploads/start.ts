import { normaliseContentType } from "../../platform/bucket/download-headers.ts";
import { countParts, MAX_PARTS, type Parts, planUpload, type UploadPlan } from "../../platform/bucket/part-plan.ts";
import type { SignedRequest } from "../../platform/bucket/port.ts";
import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { checkFilename, checkPath } from "../../platform/text/readable-text.ts";
import type { Upload } from "../access/attachment.ts";
import type { Arrive } from "../access/authorise.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { objectDeletionQueries } from "../storage/queries.ts";
import { uploadQueries } from "./queries/uploads.ts";
import {
  checkPending,
  checkRequest,
  type DeclaredUpload,
  REMEMBERED_MS,
  recordUpload,
  type StartUploadInput,
} from "./record-upload.ts";
import { authoriseSender, type Sender } from "./sender.ts";

/** The time after which an unrecorded multipart upload is deleted, in milliseconds. A start takes less time, so its process has died. */
const UNRECORDED_AFTER_MS = 600_000;

/** The errors of a start that may come from a parallel request with the same idempotency key. */
const CODES_OF_A_TWIN = new Set(["idempotency_key_in_use", "request_full", "quota_exceeded", "too_many_uploads"]);

/** `arrive`: undefined for visitors of a link, because visitors have no invitations. */
export type StartParts = { allowance: Allowance; arrive: Arrive | undefined };

/**
 * Starts an upload whose bytes the client sends directly to the bucket. Stores what the client declares about the file, and presigns the PUT. For a
 * multipart upload, signs no PUT, because the client requests signed PUTs of parts later.
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `invalid_path`, `file_too_large`, `quota_exceeded`, `too_many_uploads`,
 * `idempotency_key_reused`, `rate_limited`, and `invalid_request` for more parts than S3 allows. For a visitor, also throws
 * `link_not_found`, `kind_not_accepted` and `request_full`.
 */
export function startUpload(deps: Deps, { allowance, arrive }: StartParts) {
  return async (caller: Sender, input: StartUploadInput): Promise<StartedUpload> => {
    allowance.take(caller.userId, 1);
    const started = await startDeclared(deps, declareUpload(deps, { caller, input }));
    await arrive?.(caller, { noteId: input.noteId }, { isFrequent: true });
    return started;
  };
}

/** Checks the declaration of a file. Throws `invalid_filename`, `invalid_path`, `file_too_large`, and `invalid_request` for too many parts. */
export function declareUpload(
  { bucket, limits }: Deps,
  { caller, input }: { caller: Sender; input: StartUploadInput },
): DeclaredUpload {
  const filename = checkFilename(input.filename);
  const path = checkPath(input.path);
  if (input.sizeBytes > limits.uploadMaxBytes) {
    throw new DomainError("file_too_large", `The file is larger than the limit of ${limits.uploadMaxBytes} bytes.`);
  }
  const contentType = normaliseContentType(input.contentType);
  const plan = planOf(input, limits);
  return {
    ...input,
    path,
    filename,
    contentType,
    plan,
    caller,
    objectKey: bucket.newObjectKey(undefined, input.place),
  };
}

/** Starts the upload of a checked file, or repeats an earlier start with the same idempotency key. */
export async function startDeclared(deps: Deps, declared: DeclaredUpload): Promise<StartedUpload> {
  // Skips `repeatStart` for an upload that one database call records, because this call also finds an earlier start.
  const earlier = isOneStep(declared) ? undefined : await repeatStart(deps, declared);
  if (earlier !== undefined) return earlier;
  try {
    const { plan } = declared;
    if (plan.strategy === "put") return await startPut(deps, declared);
    return await startMultipart(deps, { declared, partSize: plan.partSize });
  } catch (error) {
    return repeatRefused(deps, { declared, error });
  }
}

/** Returns whether one database call records the upload: a user sends the file with a single PUT. */
export function isOneStep({ plan, caller }: DeclaredUpload): boolean {
  return plan.strategy === "put" && caller.linkId === undefined;
}

/**
 * Returns the earlier start with the idempotency key of a refused start, or throws the error of the refusal. The earlier start may have
 * used the last free space or slot, so that the service refused the repeated start.
 */
export async function repeatRefused(
  deps: Deps,
  { declared, error }: { declared: DeclaredUpload; error: unknown },
): Promise<StartedUpload> {
  const mayBeTaken = error instanceof DomainError && CODES_OF_A_TWIN.has(error.code);
  const other = mayBeTaken ? await repeatStart(deps, declared) : undefined;
  if (other === undefined) throw error;
  return other;
}

function planOf({ sizeBytes, partSize }: StartUploadInput, { singlePutMaxBytes }: Limits): UploadPlan {
  return partSize === undefined ? planUpload({ sizeBytes, singlePutMaxBytes }) : planParts({ sizeBytes, partSize });
}

function planParts(parts: Parts): UploadPlan {
  const partCount = countParts(parts);
  if (partCount > MAX_PARTS) {
    throw invalidRequest(`The file would have ${partCount} parts, and S3 allows ${MAX_PARTS}. Use larger parts.`);
  }
  return { strategy: "multipart", partSize: parts.partSize, partCount };
}

async function startPut(deps: Deps, declared: DeclaredUpload): Promise<StartedUpload> {
  const { db } = deps;
  const record = (queries: Tx) => recordUpload(deps, { queries, declared, multipart: undefined });
  const upload = await (declared.caller.linkId === undefined ? record(db) : db.transaction(record));
  return { upload, request: await signPut(deps, { upload, now: upload.createdAt }) };
}

/** Starts a multipart upload. First queues a deletion of its object. The transaction that records the upload cancels this deletion. */
async function startMultipart(
  deps: Deps,
  { declared, partSize }: { declared: DeclaredUpload; partSize: number },
): Promise<StartedUpload> {
  const { db, bucket, clock, limits, onDeletionsQueued } = deps;
  const { caller, noteId, objectKey, contentType } = declared;
  const { request } = await authoriseSender(db, { sender: caller, noteId, now: clock(), limits });
  // Prevents a multipart upload in the bucket for a start that will be refused. The step that records the upload repeats the checks.
  await checkRequest(db, { declared, link: request?.link });
  await checkPending(db, { userId: caller.userId, noteId, limits });
  await objectDeletionQueries(db).put({ objectKey, notBefore: clock() + UNRECORDED_AFTER_MS });
  try {
    const bucketUploadId = await bucket.createMultipart({ objectKey, contentType });
    const upload = await db.transaction(async (tx) => {
      const recorded = await recordUpload(deps, { queries: tx, declared, multipart: { bucketUploadId, partSize } });
      await objectDeletionQueries(tx).cancel(objectKey);
      return recorded;
    });
    return { upload, request: undefined };
  } catch (error) {
    // Makes the queued deletion of the object due now. If the statement fails, the deletion runs some minutes later.
    await objectDeletionQueries(db)
      .put({ objectKey, notBefore: clock() })
      .catch(() => undefined);
    onDeletionsQueued();
    throw error;
  }
}

/** `request`: the PUT for the client. Undefined for a multipart upload, and for a repeated start of an upload that is no longer pending. */
export type StartedUpload = { upload: Upload; request: SignedRequest | undefined };

/** Signs the single PUT of an upload. The URL of the PUT expires no later than the upload. */
export function signPut(
  { bucket, limits, capabilities }: Deps,
  { upload, now }: { upload: Upload; now: number },
): Promise<SignedRequest> {
  return bucket.presignPut({
    objectKey: upload.objectKey,
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    // A bucket that cannot check a signed SHA-256 may refuse the PUT.
    checksum: capabilities(upload.objectKey).signedSha256 ? upload.declaredChecksum : undefined,
    onlyOnce: !upload.staged,
    expiresInSeconds: Math.min(limits.uploadTtlSeconds, Math.floor((upload.expiresAt - now) / 1000)),
    now,
  });
}

/**
 * Finds the caller's upload with the given idempotency key and declaration, and signs the PUT of a pending upload again. Returns undefined
 * for a new or a forgotten key. The service forgets a key after a day, or when its upload is rejected, aborted, expired or deleted. Throws
 * `idempotency_key_reused`. Follows draft-ietf-httpapi-idempotency-key-header.
 */
async function repeatStart(deps: Deps, declared: DeclaredUpload): Promise<StartedUpload | undefined> {
  const { db, clock, limits } = deps;
  const { caller, noteId, idempotencyKey } = declared;
  if (idempotencyKey === undefined) return undefined;
  const now = clock();
  await authoriseSender(db, { sender: caller, noteId, now, limits });
  const key = { userId: caller.userId, idempotencyKey };
  await uploadQueries(db).forgetKey(key, { now, startedBefore: now - REMEMBERED_MS });
  const upload = await uploadQueries(db).findByKey(key);
  if (upload === undefined) return undefined;
  const file = declared.visit && (await visitorFileQueries(db).find(upload.attachmentId));
  if (!matches(upload, declared) || file?.slotId !== declared.visit?.slotId) {
    throw new DomainError(
      "idempotency_key_reused",
      "This Idempotency-Key belongs to a different upload. Use a new key for each upload.",
    );
  }
  const needsPut = upload.state === "pending" && upload.multipart === undefined;
  return { upload, request: needsPut ? await signPut(deps, { upload, now }) : undefined };
}

function matches(
  upload: Upload,
  { noteId, path, filename, contentType, sizeBytes, sha256, partSize }: DeclaredUpload,
): boolean {
  return (
    upload.noteId === noteId &&
    upload.path === path &&
    upload.filename === filename &&
    upload.contentType === contentType &&
    upload.sizeBytes === sizeBytes &&
    upload.declaredChecksum?.value === sha256 &&
    (partSize === undefined || upload.multipart?.partSize === partSize)
  );
}
