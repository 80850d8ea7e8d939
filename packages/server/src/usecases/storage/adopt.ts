import type { Attachment } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import { checkFilename } from "../../domain/filename.ts";
import type { Caller } from "../../domain/person.ts";
import { normaliseContentType } from "../../domain/serving.ts";
import { aboutFile, auditEvent } from "../audit-event.ts";
import { authoriseNote } from "../authorise.ts";
import { requireAdministrator } from "../people.ts";
import type { Bucket, Deps, ObjectDeletion, StoredObject } from "../ports/index.ts";

/**
 * A deletion can only be cancelled if it is due later than this. The time is longer than any transaction, and longer than the difference
 * between the clocks of replicas.
 * Milliseconds.
 */
const CANCEL_BEFORE_DUE_MS = 60_000;

export type AdoptInput = {
  noteId: string;
  /** Exactly one of these two fields is set: `s3Url` is any S3 URL of the object, and `key` is its key in our bucket. */
  s3Url: string | undefined;
  key: string | undefined;
  filename: string | undefined;
};

/**
 * Attaches an object that is already in the bucket. Only for administrators, because the caller chooses the key.
 * With a scanner the attachment is `scanning` first. The object stays in the bucket when the attachment is deleted.
 * Throws `access_denied`, `note_not_found`, `invalid_request`, `object_not_found`, `object_already_attached`,
 * and `upload_rejected` for an object with stored headers that change its download.
 */
export function adoptObject({ db, bucket, clock, newId, scanning, onVerificationQueued }: Deps) {
  return async (caller: Caller, input: AdoptInput): Promise<Attachment> => {
    await requireAdministrator(db, caller);
    const { noteId } = input;
    const objectKey = chooseKey(bucket, input);
    const filename = checkFilename(input.filename ?? objectKey.slice(objectKey.lastIndexOf("/") + 1));
    // Reads the deletion before the object, to notice a deletion that runs in between.
    const seen = await db.objectDeletions.find(objectKey);
    const stored = await bucket.head(objectKey);
    if (stored === undefined) {
      throw new DomainError("object_not_found", "There is no such object in the bucket. Check the URL and the key.");
    }
    refuseHeaders(stored);
    const adopted = await db.transaction(async (tx) => {
      const note = await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
      if ((await tx.attachments.findByObjectKey(objectKey)) !== undefined) {
        throw new DomainError("object_already_attached", "The object is attached already.");
      }
      const now = clock();
      refuseDeleted(await tx.objectDeletions.find(objectKey), { seen, now });
      const attachment: Attachment = {
        id: newId(),
        noteId,
        ownerId: note.ownerId,
        createdBy: caller.userId,
        objectKey,
        ownsObject: false,
        filename,
        contentType: normaliseContentType(stored.contentType),
        sizeBytes: stored.sizeBytes,
        checksum: stored.checksum,
        state: scanning === undefined ? "ready" : "scanning",
        rejectReason: undefined,
        createdAt: now,
      };
      await tx.attachments.insert(attachment);
      // The object may be one of ours whose deletion is queued.
      await tx.objectDeletions.cancel(objectKey);
      if (scanning !== undefined) {
        await tx.verifications.insert({ attachmentId: attachment.id, etag: stored.etag, needsScan: true, dueAt: now });
      }
      const detail = { filename, sizeBytes: stored.sizeBytes, ...(scanning !== undefined && { needsScan: true }) };
      const event = { id: newId(), caller, subject: aboutFile(attachment), at: now, detail };
      await tx.audit.add(auditEvent("attachment.adopted", event));
      return attachment;
    });
    if (scanning !== undefined) onVerificationQueued();
    return adopted;
  };
}

function chooseKey(bucket: Bucket, { s3Url, key }: AdoptInput): string {
  if (s3Url !== undefined && key === undefined) return bucket.objectKeyOf(s3Url);
  if (key !== undefined && s3Url === undefined) return key;
  throw new DomainError("invalid_request", "Give exactly one of s3Url and key.");
}

/** Refuses an object with such headers. The bucket sends stored headers to every reader, and they can change what a reader gets. */
function refuseHeaders({ undeclaredHeaders }: StoredObject): void {
  if (undeclaredHeaders.length === 0) return;
  throw new DomainError(
    "upload_rejected",
    `The object is stored with headers that change its download: ${undeclaredHeaders.join(", ")}. Copy it without them, and adopt the copy.`,
  );
}

/**
 * A purge first lists the deletions that are due. It runs each of them, even if the row of the deletion was removed after that. So only
 * a deletion that is not due soon can be cancelled.
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
