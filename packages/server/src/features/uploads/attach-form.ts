import type { Readable } from "node:stream";
import { normaliseContentType } from "../../platform/bucket/download-headers.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { streamOf } from "../../platform/http/wire.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { checkFilename, checkPath } from "../../platform/text/readable-text.ts";
import { type Annotations, type Attachment, namesOf } from "../access/attachment.ts";
import { type Arrive, authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { fileJobQueries } from "../attachments/file-job-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import type { AcceptedTypes } from "../links/file-request.ts";
import { recordFileEvent } from "../outbox/file-event-queries.ts";
import { requireCredential } from "../people/revocation.ts";
import { deleteAbandoned, deleteIfAbandoned } from "../storage/object-deletions.ts";
import { usageQueries } from "../usage/queries.ts";
import { type Quota, quotaOf, quotaOfUser } from "../usage/usage.ts";
import { rejected, sniffStream } from "./verify.ts";

/** The size of the largest file that a form can upload, and the default of `maxBytes`, in bytes. */
const FORM_MAX_BYTES = 5 * 2 ** 30;

type AttachInput = {
  noteId: string;
  /** The folder of the object in the bucket, for a file of an item in an embedding. Default: no folder. */
  place?: string | undefined;
  /** The path of the file on its note, such as `photos/2024/`. Default: no path. */
  path?: string | undefined;
  filename: string;
  contentType: string;
  body: Readable;
  length?: LengthBounds | undefined;
  /** The SHA-256 that the file must have, in base64. */
  sha256?: string | undefined;
  /** The kinds of files that the resource of an embedding accepts. Default: every kind. */
  accepted?: AcceptedTypes | undefined;
  maxBytes?: number | undefined;
  /** Whether the file waits until `attachStaged` attaches it to an item. Default: false. */
  isStaged?: boolean | undefined;
  /** Returns the tags and the metadata of the file, after the last byte. */
  annotations?: (() => Annotations | undefined) | undefined;
};

/**
 * Streams the file of a form or of an application into the bucket in constant memory, and attaches the file to the note.
 * If the service has a virus scanner, the attachment is `scanning` at first. The service writes the audit event when the attachment becomes
 * `ready`. After a failure or a crash, there is no attachment, and a queued deletion removes the object.
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`, `quota_exceeded`, `upload_rejected`, `upload_aborted`,
 * `service_busy`, `bucket_unavailable`, `rate_limited`.
 */
export function attachFile(deps: Deps, { allowance, arrive }: { allowance: Allowance; arrive: Arrive }) {
  const { db, bucket, clock, newId, limits, scanning, onVerificationQueued, onUploadEnded } = deps;
  return async (caller: Caller, input: AttachInput): Promise<Attachment> => {
    allowance.take(caller.userId, 1);
    const { noteId, length, accepted, sha256, isStaged = false } = input;
    const { ownerId } = await authoriseNote(db, { caller, noteId, action: "attachment.add" });
    if (ownerId !== caller.userId) await arrive(caller, { noteId }, { isFrequent: true });
    const filename = checkFilename(input.filename);
    const path = checkPath(input.path);
    const contentType = normaliseContentType(input.contentType);
    const objectKey = bucket.newObjectKey(undefined, input.place);
    // If the form declares its length, this length is the limit, so that a small file needs only a small buffer.
    const { maxBytes: longest = FORM_MAX_BYTES } = input;
    const maxBytes = Math.min(limits.uploadMaxBytes, longest, length?.atMost ?? longest);
    const { userId } = caller;
    const withReservation = await reserveCapacity(deps, { objectKey, ownerId, userId, length, maxBytes });
    try {
      await deleteIfAbandoned(deps, objectKey);
      const body = sniffStream({ filename, contentType, accepted }, withReservation(input.body));
      const sizeBytes = length?.atMost ?? 0;
      const stored = await bucket.store({ userId, objectKey, contentType, body, maxBytes, sizeBytes });
      if (sha256 !== undefined && sha256 !== stored.checksum.value) {
        const reason = "The file is not what was declared: its SHA-256 differs.";
        throw rejected({ reason, rejection: { code: "not_as_declared" } });
      }
      const etag = scanning === undefined ? undefined : await etagOf(deps, objectKey);
      const attached = await db.transaction(async (tx) => {
        // Another request may have revoked the credential or the share, or deleted the note, while the bytes arrived.
        await requireCredential(tx, caller);
        const note = await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
        const now = clock();
        const attachment: Attachment = {
          id: newId(),
          noteId,
          ownerId: note.ownerId,
          createdBy: caller.userId,
          objectKey,
          ownsObject: true,
          path,
          filename,
          contentType,
          ...stored,
          state: etag === undefined ? "ready" : "scanning",
          rejectReason: undefined,
          createdAt: now,
          annotations: input.annotations?.(),
        };
        await attachmentQueries(tx).insert(attachment, { quota: quotaOf(limits), settles: true, isStaged });
        if (etag !== undefined) {
          const { id: attachmentId } = attachment;
          await fileJobQueries(tx).insert({ attachmentId, kind: "verification", detail: etag, dueAt: now });
          return attachment;
        }
        if (!isStaged) await announceAttached(deps, { tx, attachment, now });
        return attachment;
      });
      if (isStaged) return attached;
      if (etag !== undefined) onVerificationQueued();
      else onUploadEnded("ready");
      return attached;
    } catch (error) {
      await deleteAbandoned(deps, objectKey);
      throw error;
    }
  };
}

/** Records the audit event of an attached file that is ready, and queues the hook of the application. */
export async function announceAttached(
  { newId }: Pick<Deps, "newId">,
  { tx, attachment, now }: { tx: Tx; attachment: Attachment; now: number },
): Promise<void> {
  const { createdBy: userId, sizeBytes } = attachment;
  const detail = { ...namesOf(attachment), sizeBytes };
  const event = { id: newId(), caller: { userId }, subject: aboutFile(attachment), at: now, detail };
  await auditQueries(tx).add(auditEvent("attachment.uploaded", event));
  await recordFileEvent(tx, { id: newId(), kind: "ready", attachment, now });
}

async function etagOf({ bucket }: Deps, objectKey: string): Promise<string> {
  const stored = await bucket.head(objectKey);
  if (stored !== undefined) return stored.etag;
  throw new DomainError("bucket_unavailable", "The file store accepted the file but does not have it. Try again.");
}

/** The smallest and the largest possible length of a file in bytes, computed from the declared length of the form. */
export type LengthBounds = { atLeast: number; atMost: number };

type Request = {
  objectKey: string;
  ownerId: string;
  userId: string;
  /** Undefined: the form declares no length. */
  length: LengthBounds | undefined;
  /** The size of the largest accepted file, in bytes. */
  maxBytes: number;
};

/** The number of bytes that the service reserves for a file of unknown length. */
const STEP_BYTES = 8 * 2 ** 20;

/** The lifetime of a reservation without an extension, in milliseconds. A running process extends its reservation before then. */
const LEASE_MS = 600_000;

const EXTEND_EVERY_MS = LEASE_MS / 10;

/**
 * Reserves quota for the file of a form before its first byte arrives. Returns a function that wraps the stream, and reserves more quota
 * while bytes arrive. The insert of the attachment replaces the reservation. If the upload fails, the caller must release the reservation.
 * If the owner has no quota, reserves nothing. Throws `quota_exceeded`. The wrapped stream also fails with `quota_exceeded`.
 */
export async function reserveCapacity(deps: Deps, request: Request): Promise<(body: Readable) => Readable> {
  if (!(await hasQuota(deps, request.ownerId))) return (body) => body;
  const reservedBytes = await reserveLength(deps, request);
  return (body) => streamOf(extending(deps, { request, reservedBytes, body }));
}

async function hasQuota({ db, limits }: Deps, ownerId: string): Promise<boolean> {
  const quota = quotaOf(limits);
  const isLimited = ({ bytes, files }: Quota) => bytes !== undefined || files !== undefined;
  return isLimited(quota) || isLimited(quotaOfUser(quota, await usageQueries(db).find(ownerId)));
}

/**
 * Reserves the largest possible length of the file, or the smallest possible length if the quota is too small for the largest length. The
 * two lengths differ, because a form is longer than its file.
 */
async function reserveLength({ db, clock, limits }: Deps, request: Request): Promise<number> {
  const { objectKey, ownerId, userId, length, maxBytes } = request;
  const reserve = async (sizeBytes: number) => {
    const reservation = { objectKey, ownerId, userId, sizeBytes, expiresAt: clock() + LEASE_MS };
    await db.transaction((tx) => usageQueries(tx).reserve(reservation, quotaOf(limits)));
    return sizeBytes;
  };
  if (length === undefined) return reserve(0);
  return orIfFull(
    () => reserve(Math.min(length.atMost, maxBytes)),
    () => reserve(Math.min(length.atLeast, maxBytes)),
  );
}

type Extending = { request: Request; reservedBytes: number; body: Readable };

async function* extending(deps: Deps, { request, body, ...begun }: Extending): AsyncGenerator<Buffer> {
  const { db, clock, limits } = deps;
  const { objectKey, ownerId, userId, length, maxBytes } = request;
  const most = Math.min(maxBytes, length?.atMost ?? maxBytes);
  let { reservedBytes } = begun;
  let extendedAt = clock();
  let receivedBytes = 0;

  async function extendTo(sizeBytes: number): Promise<void> {
    const moreBytes = Math.max(0, Math.min(sizeBytes, most) - reservedBytes);
    const reservation = { objectKey, ownerId, userId, moreBytes, expiresAt: clock() + LEASE_MS };
    await db.transaction((tx) => usageQueries(tx).extend(reservation, quotaOf(limits)));
    reservedBytes += moreBytes;
    extendedAt = clock();
  }

  for await (const chunk of body as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length;
    // The bucket adapter refuses bytes beyond `most`, so bytes beyond `most` need no reservation.
    if (receivedBytes > reservedBytes && reservedBytes < most) {
      await orIfFull(
        () => extendTo(Math.max(receivedBytes, reservedBytes + STEP_BYTES)),
        () => extendTo(receivedBytes),
      );
    } else if (clock() - extendedAt > EXTEND_EVERY_MS) {
      await extendTo(reservedBytes);
    }
    yield chunk;
  }
}

async function orIfFull<T>(ample: () => Promise<T>, tight: () => Promise<T>): Promise<T> {
  try {
    return await ample();
  } catch (error) {
    if (error instanceof DomainError && error.code === "quota_exceeded") return tight();
    throw error;
  }
}
