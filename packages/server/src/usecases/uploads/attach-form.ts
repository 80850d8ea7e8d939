import type { Readable } from "node:stream";
import type { Attachment } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import { checkFilename } from "../../domain/filename.ts";
import type { Caller } from "../../domain/person.ts";
import { normaliseContentType } from "../../domain/serving.ts";
import { authoriseNote } from "../authorise.ts";
import type { Deps } from "../ports/index.ts";
import { quotaOf } from "../usage.ts";
import { queueCheck } from "./decide.ts";
import { type LengthBounds, reserveRoom } from "./reserve-capacity.ts";
import { checkedStream } from "./sniff.ts";

// Longer than any form upload lasts: until then a crash leaves the object, after it the sweep removes it.
const ABANDONED_AFTER_MS = 24 * 3_600_000;
/** A form says no length: to allow for more, every part of it would have to be larger, and its buffers with it. */
const FORM_MAX_BYTES = 5 * 2 ** 30;

/**
 * The plain form upload: streams the file into the bucket in constant memory and attaches it.
 * Where files are scanned it is `scanning` at first, and its audit event is written when it is `ready`.
 * Whatever ends it early, a crash included, leaves nothing in the database, and nothing for long in the bucket.
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`, `quota_exceeded`, `upload_rejected`,
 * `upload_aborted`, `bucket_unavailable`.
 */
export function attachFile(deps: Deps) {
  const { db, bucket, clock, newId, limits, scanning, onDeletionsQueued, onChecksQueued } = deps;
  return async (
    caller: Caller,
    input: {
      noteId: string;
      filename: string;
      contentType: string;
      body: Readable;
      length?: LengthBounds | undefined;
    },
  ): Promise<Attachment> => {
    const { noteId } = input;
    const { ownerId } = await authoriseNote(db, { caller, noteId, action: "attachment.add" });
    const filename = checkFilename(input.filename);
    const contentType = normaliseContentType(input.contentType);
    const objectKey = bucket.newObjectKey();
    const maxBytes = Math.min(limits.uploadMaxBytes, FORM_MAX_BYTES);
    const { length } = input;
    const inRoom = await reserveRoom(deps, { objectKey, ownerId, userId: caller.userId, length, maxBytes });
    try {
      await db.objectDeletions.put({ objectKey, notBefore: clock() + ABANDONED_AFTER_MS });
      const stored = await bucket.store({
        objectKey,
        contentType,
        body: checkedStream({ filename, contentType }, inRoom(input.body)),
        maxBytes,
      });
      const etag = scanning === undefined ? undefined : await etagOf(deps, objectKey);
      const attached = await db.transaction(async (tx) => {
        // Asked again: the share may have been revoked, or the note deleted, while the bytes came in.
        const note = await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
        const now = clock();
        const attachment: Attachment = {
          id: newId(),
          noteId,
          ownerId: note.ownerId,
          createdBy: caller.userId,
          objectKey,
          ownsObject: true,
          filename,
          contentType,
          ...stored,
          state: etag === undefined ? "ready" : "scanning",
          rejectReason: undefined,
          createdAt: now,
        };
        await tx.attachments.insert(attachment, { quota: quotaOf(limits), settles: true });
        await tx.objectDeletions.cancel(objectKey);
        if (etag !== undefined) {
          await queueCheck(tx, { attachmentId: attachment.id, to: "scanning", etag, now });
          return attachment;
        }
        await tx.audit.add({
          id: newId(),
          at: now,
          action: "attachment.uploaded",
          actorId: caller.userId,
          noteId,
          ownerId: note.ownerId,
          attachmentIds: [attachment.id],
          detail: { filename, sizeBytes: stored.sizeBytes },
        });
        return attachment;
      });
      if (etag !== undefined) onChecksQueued();
      return attached;
    } catch (error) {
      // Both ends are on disk already; this only brings them forward: a failure here costs a day or minutes, not an orphan.
      await db.objectDeletions.put({ objectKey, notBefore: clock() }).catch(() => undefined);
      await db.transaction((tx) => tx.usage.release(objectKey)).catch(() => undefined);
      onDeletionsQueued();
      throw error;
    }
  };
}

async function etagOf({ bucket }: Deps, objectKey: string): Promise<string> {
  const stored = await bucket.head(objectKey);
  if (stored !== undefined) return stored.etag;
  throw new DomainError("bucket_unavailable", "The file store took the file and does not have it; try again.");
}
