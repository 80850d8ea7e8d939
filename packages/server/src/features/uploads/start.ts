import { countParts, MAX_PARTS, type Parts, planUpload, type UploadPlan } from "../../platform/bucket/part-plan.ts";
import type { SignedRequest } from "../../platform/bucket/port.ts";
import { normaliseContentType } from "../../platform/bucket/serving.ts";
import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { checkFilename } from "../../platform/text/readable-text.ts";
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

/**
 * If a multipart upload is not recorded within ten minutes, its process has died, and the queued deletion runs. The service never needs ten
 * minutes to create and record an upload.
 */
const UNRECORDED_AFTER_MS = 600_000;

/** A start can get an error of `CODES_OF_A_TWIN` because of a parallel request with its idempotency key. */
const CODES_OF_A_TWIN = new Set(["idempotency_key_in_use", "request_full", "quota_exceeded", "too_many_uploads"]);

/** The member `arrive` is undefined for visitors of a link, because visitors have no invitations. */
type StartParts = { allowance: Allowance; arrive: Arrive | undefined };

/**
 * Starts an upload whose bytes the client sends directly to the bucket. The function `startUpload` records the declaration, and signs the
 * PUT of the file. For a multipart upload, the function `startUpload` signs no PUT, because the client requests signed PUTs of parts later.
 * The function `startUpload` throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`, `quota_exceeded`,
 * `too_many_uploads`, `idempotency_key_reused`, `rate_limited`, and `invalid_request` for more parts than S3 allows. For a visitor,
 * `startUpload` also throws `link_not_found`, `kind_not_accepted` and `request_full`.
 */
export function startUpload(deps: Deps, { allowance, arrive }: StartParts) {
  const start = startOrRepeat(deps);
  return async (caller: Sender, input: StartUploadInput): Promise<StartedUpload> => {
    allowance.take(caller.userId, 1);
    const started = await start(caller, input);
    await arrive?.(caller, { noteId: input.noteId }, { isFrequent: true });
    return started;
  };
}

function startOrRepeat(deps: Deps) {
  const { bucket, limits } = deps;
  return async (caller: Sender, input: StartUploadInput): Promise<StartedUpload> => {
    const filename = checkFilename(input.filename);
    const { sizeBytes, idempotencyKey } = input;
    if (sizeBytes > limits.uploadMaxBytes) {
      throw new DomainError("file_too_large", `The file is larger than the limit of ${limits.uploadMaxBytes} bytes.`);
    }
    const contentType = normaliseContentType(input.contentType);
    const declared: DeclaredUpload = { ...input, filename, contentType, caller, objectKey: bucket.newObjectKey() };
    const plan = planOf(declared, limits);
    const start = () =>
      plan.strategy === "put" ? startPut(deps, declared) : startMultipart(deps, { declared, partSize: plan.partSize });
    if (idempotencyKey === undefined) return start();
    const repeat = () => repeatStart(deps, { declared, idempotencyKey });
    // The function `startOrRepeat` skips `repeat` for a single PUT of a user, which needs no call to the bucket before the upload is
    // recorded. The step that records the upload also finds an earlier start.
    const isOneStep = plan.strategy === "put" && caller.linkId === undefined;
    const earlier = isOneStep ? undefined : await repeat();
    if (earlier !== undefined) return earlier;
    try {
      return await start();
    } catch (error) {
      // Another request with the idempotency key may run before the request or in parallel. If the other request used the last free space
      // or slot, the service refused the current start.
      const mayBeTaken = error instanceof DomainError && CODES_OF_A_TWIN.has(error.code);
      const other = mayBeTaken ? await repeat() : undefined;
      if (other === undefined) throw error;
      return other;
    }
  };
}

function planOf({ sizeBytes, partSize }: DeclaredUpload, { singlePutMaxBytes }: Limits): UploadPlan {
  return partSize === undefined ? planUpload({ sizeBytes, singlePutMaxBytes }) : planParts({ sizeBytes, partSize });
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
  const { db } = deps;
  const record = (queries: Tx) => recordUpload(deps, { queries, declared, multipart: undefined });
  const upload = await (declared.caller.linkId === undefined ? record(db) : db.transaction(record));
  return { upload, request: await signPut(deps, { upload, now: upload.createdAt }) };
}

/**
 * Starts a multipart upload. The function `startMultipart` queues the deletion of the object before the bucket creates the upload. The step
 * that records the upload cancels the deletion.
 */
async function startMultipart(
  deps: Deps,
  { declared, partSize }: { declared: DeclaredUpload; partSize: number },
): Promise<StartedUpload> {
  const { db, bucket, clock, limits, onDeletionsQueued } = deps;
  const { caller, noteId, objectKey, contentType } = declared;
  const { request } = await authoriseSender(db, { sender: caller, noteId, now: clock(), limits });
  // The early checks prevent a multipart upload in the bucket for a start that the service will refuse. The step that records the upload
  // repeats the checks.
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
    // The statement makes the queued deletion of the object due now. If the statement fails, the deletion runs some minutes later.
    await objectDeletionQueries(db)
      .put({ objectKey, notBefore: clock() })
      .catch(() => undefined);
    onDeletionsQueued();
    throw error;
  }
}

/**
 * The member `request` is the PUT that the client must send. The member `request` is undefined for a multipart upload, and for a repeated
 * start of an upload that is not pending any more.
 */
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
    checksum: capabilities().signedSha256 ? upload.declaredChecksum : undefined,
    onlyOnce: !upload.staged,
    expiresInSeconds: Math.min(limits.uploadTtlSeconds, Math.floor((upload.expiresAt - now) / 1000)),
    now,
  });
}

/**
 * Finds the caller's upload with the given idempotency key and declaration, and signs the PUT of a pending upload again.
 * Returns undefined for a new or a forgotten idempotency key. The service forgets an idempotency key after a day, or when its upload is
 * rejected, aborted, expired or deleted.
 * The function `repeatStart` throws `idempotency_key_reused`. The function `repeatStart` follows the draft standard
 * draft-ietf-httpapi-idempotency-key-header.
 */
export async function repeatStart(
  deps: Deps,
  { declared, idempotencyKey }: { declared: DeclaredUpload; idempotencyKey: string },
): Promise<StartedUpload | undefined> {
  const { db, clock, limits } = deps;
  const { caller, noteId } = declared;
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
  { noteId, filename, contentType, sizeBytes, sha256, partSize }: DeclaredUpload,
): boolean {
  return (
    upload.noteId === noteId &&
    upload.filename === filename &&
    upload.contentType === contentType &&
    upload.sizeBytes === sizeBytes &&
    upload.declaredChecksum?.value === sha256 &&
    (partSize === undefined || upload.multipart?.partSize === partSize)
  );
}
