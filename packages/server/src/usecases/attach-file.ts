import type { Readable } from "node:stream";
import type { Attachment } from "../domain/attachment.ts";
import { checkFilename } from "../domain/filename.ts";
import type { Caller } from "../domain/person.ts";
import { normaliseContentType } from "../domain/serving.ts";
import { authoriseNote } from "./authorise.ts";
import { checkedStream } from "./check-content.ts";
import type { Deps } from "./ports.ts";

// Longer than any form upload lasts: until then a crash leaves the object, after it the sweep removes it.
const ABANDONED_AFTER_MS = 24 * 3_600_000;
/** A form says no length: to allow for more, every part of it would have to be larger, and its buffers with it. */
const FORM_MAX_BYTES = 5 * 2 ** 30;

/**
 * The plain form upload: streams the file into the bucket in constant memory and attaches it.
 * Whatever ends it early, a crash included, leaves nothing in the database, and nothing for long in the bucket.
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`, `upload_rejected`, `upload_aborted`,
 * `bucket_unavailable`.
 */
export function attachFile({ db, bucket, clock, newId, limits, onDeletionsQueued }: Deps) {
  return async (
    caller: Caller,
    input: { noteId: string; filename: string; contentType: string; body: Readable },
  ): Promise<Attachment> => {
    const { noteId } = input;
    await authoriseNote(db, { caller, noteId, action: "attachment.add" });
    const filename = checkFilename(input.filename);
    const contentType = normaliseContentType(input.contentType);
    const objectKey = bucket.newObjectKey();
    await db.objectDeletions.put({ objectKey, notBefore: clock() + ABANDONED_AFTER_MS });
    try {
      const stored = await bucket.store({
        objectKey,
        contentType,
        body: checkedStream({ filename, contentType }, input.body),
        maxBytes: Math.min(limits.uploadMaxBytes, FORM_MAX_BYTES),
      });
      return await db.transaction(async (tx) => {
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
          state: "ready",
          rejectReason: undefined,
          createdAt: now,
        };
        await tx.attachments.insert(attachment);
        await tx.objectDeletions.cancel(objectKey);
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
    } catch (error) {
      // The intent is on disk already; this only brings it forward, so a failure here costs a day, not an orphan.
      await db.objectDeletions.put({ objectKey, notBefore: clock() }).catch(() => undefined);
      onDeletionsQueued();
      throw error;
    }
  };
}
