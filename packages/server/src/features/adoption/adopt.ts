import type { Bucket, StoredObject } from "../../platform/bucket/port.ts";
import { normaliseContentType } from "../../platform/bucket/serving.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { checkFilename } from "../../platform/text/readable-text.ts";
import type { Attachment } from "../access/attachment.ts";
import { authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { requireAdministrator } from "../people/administrators.ts";
import { type ObjectDeletion, objectDeletionQueries } from "../storage/queries.ts";
import { verificationQueries } from "../uploads/queries/verifications.ts";

/**
 * A queued deletion can be cancelled only if it is not due within this time. No transaction takes longer than this, and the clocks of
 * replicas differ by less. Milliseconds.
 */
const CANCEL_BEFORE_DUE_MS = 60_000;

type AdoptInput = {
  noteId: string;
  /**
   * Exactly one of these two fields is set: `s3Url` is any S3 URL of the object, and `key` is the key of the object in the bucket of the
   * service.
   */
  s3Url: string | undefined;
  key: string | undefined;
  filename: string | undefined;
};

/**
 * Attaches an object that is already in the bucket. Only for administrators, because the caller chooses the key. If there is a scanner, the
 * attachment is `scanning` at first. A deletion of the attachment does not delete the object.
 * Throws `access_denied`, `note_not_found`, `invalid_request`, `object_not_found`, `object_already_attached`, and `upload_rejected` if the
 * object is stored with headers that change the download.
 */
export function adoptObject(deps: Deps) {
  const { db, bucket } = deps;
  return async (caller: Caller, input: AdoptInput): Promise<Attachment> => {
    await requireAdministrator(db, caller);
    const { noteId } = input;
    const objectKey = chooseKey(bucket, input);
    const filename = checkFilename(input.filename ?? objectKey.slice(objectKey.lastIndexOf("/") + 1));
    const found = await findObject(deps, objectKey);
    refuseHeaders(found.stored);
    const adopted = await db.transaction(async (tx) => {
      const { ownerId } = await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
      return attachObject(deps, { tx, caller, noteId, ownerId, found, filename, ownsObject: false });
    });
    if (deps.scanning !== undefined) deps.onVerificationQueued();
    return adopted;
  };
}

/** An object of the bucket, and the deletion of it that was queued before the object was read. */
export type FoundObject = { objectKey: string; stored: StoredObject; seen: ObjectDeletion | undefined };

/** Finds an object of the bucket. Throws `object_not_found`. */
export async function findObject({ db, bucket }: Deps, objectKey: string): Promise<FoundObject> {
  // Reads the queued deletion before the object, so that `attachObject` notices if the deletion has run in the meantime.
  const seen = await objectDeletionQueries(db).find(objectKey);
  const stored = await bucket.head(objectKey);
  if (stored !== undefined) return { objectKey, stored, seen };
  throw new DomainError("object_not_found", "There is no such object in the bucket. Check the URL and the key.");
}

type NewAttachment = {
  tx: Tx;
  caller: Caller;
  noteId: string;
  ownerId: string;
  found: FoundObject;
  filename: string;
  /** Whether the object is deleted with the attachment. */
  ownsObject: boolean;
};

/** Attaches an object in the transaction `tx`, and records an audit event. Throws `object_not_found` and `object_already_attached`. */
export async function attachObject(deps: Deps, { tx, caller, found, ...given }: NewAttachment): Promise<Attachment> {
  const { clock, newId, scanning } = deps;
  const { objectKey, stored, seen } = found;
  if ((await attachmentQueries(tx).findByObjectKey(objectKey)) !== undefined) {
    throw new DomainError("object_already_attached", "The object is attached already.");
  }
  const now = clock();
  refuseDeleted(await objectDeletionQueries(tx).find(objectKey), { seen, now });
  const attachment: Attachment = {
    ...given,
    id: newId(),
    createdBy: caller.userId,
    objectKey,
    contentType: normaliseContentType(stored.contentType),
    sizeBytes: stored.sizeBytes,
    checksum: stored.checksum,
    state: scanning === undefined ? "ready" : "scanning",
    rejectReason: undefined,
    createdAt: now,
  };
  await attachmentQueries(tx).insert(attachment);
  // If the service itself stored the object earlier, a deletion of the object may be queued.
  await objectDeletionQueries(tx).cancel(objectKey);
  if (scanning !== undefined) {
    await verificationQueries(tx).insert({
      attachmentId: attachment.id,
      etag: stored.etag,
      needsScan: true,
      dueAt: now,
    });
  }
  const detail = {
    filename: attachment.filename,
    sizeBytes: stored.sizeBytes,
    ...(scanning !== undefined && { needsScan: true }),
  };
  const event = { id: newId(), caller, subject: aboutFile(attachment), at: now, detail };
  await auditQueries(tx).add(auditEvent("attachment.adopted", event));
  return attachment;
}

function chooseKey(bucket: Bucket, { s3Url, key }: AdoptInput): string {
  if (s3Url !== undefined && key === undefined) return bucket.objectKeyOf(s3Url);
  if (key !== undefined && s3Url === undefined) return key;
  throw new DomainError("invalid_request", "Give exactly one of s3Url and key.");
}

/**
 * Refuses an object with headers that the service never sets. The bucket sends such headers with each download, and they can change what a
 * browser does with the file.
 */
export function refuseHeaders({ undeclaredHeaders }: StoredObject): void {
  if (undeclaredHeaders.length === 0) return;
  throw new DomainError(
    "upload_rejected",
    `The object is stored with headers that change its download: ${undeclaredHeaders.join(", ")}. Copy it without them, and adopt the copy.`,
  );
}

/**
 * Throws if the object is being deleted. A deletion that is due, or due soon, can't be cancelled. `purgeObjects` first lists the due
 * deletions, and then runs each of them, even if its row was removed in the meantime.
 */
function refuseDeleted(
  deletion: ObjectDeletion | undefined,
  { seen, now }: { seen: ObjectDeletion | undefined; now: number },
): void {
  const isAsSeen = deletion?.notBefore === seen?.notBefore && deletion?.attempts === seen?.attempts;
  if (isAsSeen && (deletion === undefined || deletion.notBefore > now + CANCEL_BEFORE_DUE_MS)) return;
  throw new DomainError(
    "object_not_found",
    "The object is being removed from the bucket, because its attachment was deleted. Store the file under another key, and adopt that.",
  );
}
