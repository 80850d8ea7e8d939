import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { MultipartUpload, Upload } from "../access/attachment.ts";
import { authoriseNote, permits } from "../access/authorise.ts";
import { usageQueries } from "../usage/queries.ts";
import { quotaExceeded, quotaOf, quotaOfUser } from "../usage/usage.ts";
import { requirePending } from "./check-pending.ts";
import type { DeclaredUpload } from "./declared-upload.ts";
import { holdRequest, joinRequest, secondsLeft } from "./join-request.ts";
import { uploadQueries } from "./queries.ts";
import { REMEMBERED_MS } from "./repeat-start.ts";
import type { StartedRecord, UploadStart } from "./starts/start-upload-statements.ts";

type Recording = { queries: Tx; declared: DeclaredUpload; multipart: MultipartUpload | undefined };

/**
 * Records an upload and its attachment. For an upload of a visitor, call it in a transaction. Throws the errors of `startUpload` if the
 * start is refused.
 */
export async function recordUpload(deps: Deps, { queries, declared, multipart }: Recording): Promise<Upload> {
  const { clock, limits } = deps;
  const { caller, noteId } = declared;
  const isGranted = caller.grants && permits(caller.grants.get(noteId), "attachment.add");
  if (isGranted === false) await authoriseNote(queries, { caller, noteId, action: "attachment.add" });
  const request = await holdRequest(deps, { queries, declared });
  const now = clock();
  const upload = newUpload(deps, { declared, multipart, now, secondsLeft: secondsLeft(request?.deadline, now) });
  const start: UploadStart = {
    upload,
    isGranted: isGranted === true || request !== undefined,
    quota: quotaOf(limits),
    maxPending: { ofUser: limits.userPendingUploads, ofNote: limits.notePendingUploads },
    startedBefore: now - REMEMBERED_MS,
  };
  const record = await uploadQueries(queries).start(start);
  if (record?.isRecorded !== true) throw await refusalOf(deps, { queries, start, record });
  const { attachmentId } = upload;
  if (request !== undefined) await joinRequest(queries, { declared, link: request.link, attachmentId, now });
  return upload;
}

function newUpload(
  { newId, limits, capabilities }: Deps,
  {
    declared,
    multipart,
    now,
    secondsLeft,
  }: { declared: DeclaredUpload; multipart: MultipartUpload | undefined; now: number; secondsLeft: number },
): Upload {
  const { caller, sha256, noteId, objectKey, filename, contentType, sizeBytes, idempotencyKey } = declared;
  const { conditionalPut, partsDie } = capabilities();
  const ttlSeconds = multipart === undefined ? limits.uploadTtlSeconds : limits.multipartTtlSeconds;
  return {
    attachmentId: newId(),
    id: newId(),
    noteId,
    userId: caller.userId,
    objectKey,
    multipart,
    filename,
    contentType,
    sizeBytes,
    declaredChecksum: sha256 === undefined ? undefined : { algorithm: "SHA256", value: sha256 },
    idempotencyKey,
    staged: multipart === undefined ? !conditionalPut : !partsDie,
    state: "pending",
    expiresAt: now + Math.min(ttlSeconds, secondsLeft) * 1000,
    createdAt: now,
  };
}

async function refusalOf(
  { limits }: Deps,
  { queries, start, record }: { queries: Tx; start: UploadStart; record: StartedRecord | undefined },
): Promise<DomainError> {
  if (record === undefined) return new DomainError("note_not_found", "Note not found");
  const { ownerId, mayAdd, isRepeated, pending } = record;
  if (!mayAdd) return new DomainError("access_denied", "Access denied");
  if (isRepeated) {
    const message = "An upload with this Idempotency-Key is being started; try again.";
    return new DomainError("idempotency_key_in_use", message);
  }
  requirePending(pending, limits);
  const { quota, upload } = start;
  const wanted = { bytes: upload.sizeBytes, files: 1 };
  const isOwner = upload.userId === ownerId;
  const used = await usageQueries(queries).find(ownerId);
  return quotaExceeded({ wanted, used, quota: quotaOfUser(quota, used), isOwner });
}
