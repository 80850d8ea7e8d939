import type { UploadPlan } from "../../platform/bucket/part-plan.ts";
import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { takeFromWindow } from "../../platform/limits/in-database.ts";
import type { MultipartUpload, Upload } from "../access/attachment.ts";
import { authoriseNote, permits } from "../access/authorise.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { checkOffer } from "../links/file-request.ts";
import type { Link } from "../links/link.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { usageQueries } from "../usage/queries.ts";
import { quotaExceeded, quotaOf, quotaOfUser } from "../usage/usage.ts";
import type { PendingCounts, StartedRecord, UploadStart } from "./queries/start-statements.ts";
import { uploadQueries } from "./queries/uploads.ts";
import { authoriseSender, type OpenRequest, type Sender } from "./sender.ts";

type Recording = { queries: Tx; declared: DeclaredUpload; multipart: MultipartUpload | undefined };

/** Records an upload and its attachment. Needs a transaction for the file of a visitor. Throws the errors of `startUpload`. */
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
  { declared, multipart, now, secondsLeft }: Omit<Recording, "queries"> & { now: number; secondsLeft: number },
): Upload {
  const { caller, sha256, noteId, objectKey, path, filename, contentType, sizeBytes, idempotencyKey } = declared;
  const { conditionalPut, partsDie } = capabilities(objectKey);
  const ttlSeconds = multipart === undefined ? limits.uploadTtlSeconds : limits.multipartTtlSeconds;
  return {
    attachmentId: newId(),
    id: newId(),
    noteId,
    userId: caller.userId,
    objectKey,
    multipart,
    path,
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
  if (record === undefined) return noSuch("note");
  const { ownerId, mayAdd, isRepeated, pending } = record;
  if (!mayAdd) return new DomainError("access_denied", "Access denied");
  if (isRepeated) {
    const message = "An upload with this Idempotency-Key is being started; try again.";
    return new DomainError("idempotency_key_in_use", message);
  }
  requirePending(pending, limits);
  const { quota, upload } = start;
  const wanted = { bytes: upload.sizeBytes, files: 1 };
  const used = await usageQueries(queries).find(ownerId);
  return quotaExceeded({ wanted, used, quota: quotaOfUser(quota, used), ownerId, userId: upload.userId });
}

export type StartUploadInput = {
  noteId: string;
  /** The folder of the object in the bucket, for a file of an item in an embedding. Default: no folder. */
  place?: string | undefined;
  /** The path of the file on its note, such as `photos/2024/`. Default: no path. */
  path?: string | undefined;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
  /** The length of the parts in bytes, for clients that choose the length. If set, the upload is always a multipart upload. */
  partSize?: number | undefined;
  /** If a client repeats a start with the same key and declaration, the service returns the first upload. */
  idempotencyKey?: string | undefined;
  /** The facts about a file from a visitor. Undefined: a user sends the file. */
  visit?: { visitorId: string; visitorName: string | undefined; slotId: string | undefined } | undefined;
};

/** A checked declaration of an upload, with the key of the future object. */
export type DeclaredUpload = StartUploadInput & { path: string; caller: Sender; objectKey: string; plan: UploadPlan };

/** The time in milliseconds for which the service remembers an idempotency key after the first start. */
export const REMEMBERED_MS = 86_400_000;

const REMEDY = "Complete or abort some of them, or delete their files.";

/** Throws `too_many_uploads` early. The step that records the upload repeats the check. */
export async function checkPending(
  tx: Tx,
  { userId, noteId, limits }: { userId: string; noteId: string; limits: Limits },
): Promise<void> {
  requirePending(await uploadQueries(tx).countPending({ userId, noteId }), limits);
}

/** Throws `too_many_uploads` if the user or the note has the maximum number of pending uploads. */
export function requirePending({ ofUser, ofNote }: PendingCounts, limits: Limits): void {
  const { userPendingUploads, notePendingUploads } = limits;
  if (ofUser >= userPendingUploads) {
    const message = `You have ${ofUser} pending uploads, and the limit is ${userPendingUploads}. ${REMEDY}`;
    throw new DomainError("too_many_uploads", message);
  }
  if (ofNote >= notePendingUploads) {
    const message = `This note has ${ofNote} pending uploads, and the limit is ${notePendingUploads}. ${REMEDY}`;
    throw new DomainError("too_many_uploads", message);
  }
}

type Offer = { declared: DeclaredUpload; link: Link | undefined };

/**
 * Locks a file request until the end of the transaction, so that no other upload to this file request can start. Returns the file request
 * if the file request accepts the file. Throws `link_not_found`, `kind_not_accepted` or `request_full`.
 */
export async function holdRequest(
  { clock, limits }: Deps,
  { queries, declared }: { queries: Tx; declared: DeclaredUpload },
): Promise<OpenRequest | undefined> {
  const { caller, noteId } = declared;
  const { userId, linkId } = caller;
  if (linkId === undefined) return undefined;
  await uploadQueries(queries).holdStarts({ userId, noteId });
  // Locks the note before the file request, as every transaction does, to avoid a deadlock.
  await guardedNoteQueries(queries).hold(noteId);
  await visitorFileQueries(queries).holdLink(linkId);
  const { request } = await authoriseSender(queries, { sender: caller, noteId, now: clock(), limits });
  await checkRequest(queries, { declared, link: request?.link });
  return request;
}

/**
 * Checks that the file request still accepts a file of a visitor. Does nothing for the file of a user. Counts the files each time, so no
 * counter can be wrong. The caller must have locked the file request in the transaction, so that no other upload can change the count.
 */
export async function checkRequest(tx: Tx, { declared, link }: Offer): Promise<void> {
  if (link?.request === undefined) return;
  const { contentType, sizeBytes, visit } = declared;
  const used = await visitorFileQueries(tx).usageOf(link.id);
  checkOffer(link.request, { offered: { contentType, sizeBytes, slotId: visit?.slotId }, used });
}

type Joining = { declared: DeclaredUpload; link: Link; attachmentId: string; now: number };

/** Records that a visitor's file belongs to the file request. Throws `rate_limited`. */
export async function joinRequest(queries: Tx, joining: Joining): Promise<void> {
  const { declared, link, attachmentId } = joining;
  if (declared.visit === undefined) return;
  const { visitorId, visitorName, slotId } = declared.visit;
  await limitHeld(queries, joining);
  const file = { attachmentId, linkId: link.id, visitorId, visitorName, slotId, receivedAt: undefined };
  await visitorFileQueries(queries).insert(file);
}

/** The length of the time window of `limitHeld`, in milliseconds. An aborted upload counts in the quota for less than 20 minutes. */
const HELD_MS = 20 * 60_000;

/** How often visitors may fill a file request in one time window. More than once, because visitors delete wrong files. */
const HELD_TIMES = 2;

const HELD_FILES = 20;

const TOO_MANY_HELD =
  "Too many files were aborted or taken back here. Wait until Retry-After has passed, then try again.";

/**
 * Limits the part of the owner's quota that a file request can use. An aborted upload counts in the quota until its URL expires. Without
 * the limit, visitors who repeatedly start and abort uploads could use far more quota than the file request accepts.
 */
async function limitHeld(queries: Tx, { declared, link, now }: Joining): Promise<void> {
  const { maxBytesTotal = 0, maxFiles = 0 } = link.request ?? {};
  const take = (name: string, { amount, max }: { amount: number; max: number }) => {
    const limit = { name, max, windowMs: HELD_MS };
    return takeFromWindow(
      { db: queries, clock: () => now },
      { limit, holder: link.id, amount, problem: TOO_MANY_HELD },
    );
  };
  await take("link bytes held", { amount: declared.sizeBytes, max: maxBytesTotal * HELD_TIMES });
  await take("link files held", { amount: 1, max: maxFiles * HELD_TIMES + HELD_FILES });
}

/** Returns the seconds until the deadline of a file request. No signed URL for the file request may be valid after the deadline. */
export function secondsLeft(deadline: number | undefined, now: number): number {
  return deadline === undefined ? Number.POSITIVE_INFINITY : Math.ceil((deadline - now) / 1000);
}
