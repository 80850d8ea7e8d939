import type { Attachment } from "../domain/attachment.ts";
import { DomainError } from "../domain/errors.ts";
import { checkFilename } from "../domain/filename.ts";
import type { Caller } from "../domain/person.ts";
import { normaliseContentType } from "../domain/serving.ts";
import type { Upload } from "../domain/upload.ts";
import { authoriseNote } from "./authorise.ts";
import type { Deps, Queries, SignedRequest } from "./ports.ts";
import { LATE_PUT_GRACE_MS } from "./purge-objects.ts";

export type StartUploadInput = {
  noteId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string | undefined;
};

/**
 * Begins an upload that goes straight to the bucket: records what was declared, and signs exactly that.
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`.
 */
export function startUpload({ db, bucket, clock, newId, limits }: Deps) {
  return async (caller: Caller, input: StartUploadInput): Promise<{ upload: Upload; request: SignedRequest }> => {
    const filename = checkFilename(input.filename);
    if (input.sizeBytes > limits.uploadMaxBytes) {
      throw new DomainError(
        "file_too_large",
        `The file is larger than ${limits.uploadMaxBytes} bytes, the limit here.`,
      );
    }
    const now = clock();
    const upload = await db.transaction(async (tx) => {
      const note = await authoriseNote(tx, { caller, noteId: input.noteId, action: "attachment.add" });
      const { attachment, upload } = describeUpload(
        { ...input, filename },
        {
          now,
          caller,
          ownerId: note.ownerId,
          ids: [newId(), newId()],
          objectKey: bucket.newObjectKey(),
          ttlSeconds: limits.uploadTtlSeconds,
        },
      );
      await tx.attachments.insert(attachment);
      await tx.uploads.insert(upload);
      return upload;
    });
    const request = await bucket.presignPut({
      objectKey: upload.objectKey,
      contentType: upload.contentType,
      sizeBytes: upload.sizeBytes,
      checksum: upload.declaredChecksum,
      expiresInSeconds: limits.uploadTtlSeconds,
      now,
    });
    return { upload, request };
  };
}

/** How far an upload is, for the one who began it. Throws `upload_not_found`. */
export function getUpload({ db }: Deps) {
  return (caller: Caller, uploadId: string): Promise<Upload> => findOwnUpload(db, { caller, uploadId });
}

/**
 * Gives an upload up: its URL may live on for a while, but what it puts is removed. Doing it twice is fine.
 * Throws `upload_not_found`, and `upload_not_pending` when it is complete.
 */
export function abortUpload({ db, bucket, onDeletionsQueued }: Deps) {
  return async (caller: Caller, uploadId: string): Promise<void> => {
    const upload = await db.transaction(async (tx) => {
      const upload = await findOwnUpload(tx, { caller, uploadId });
      if (upload.state === "ready") {
        throw new DomainError("upload_not_pending", "The upload is complete; delete the attachment instead.");
      }
      if (await tx.uploads.transition(uploadId, { from: "pending", to: "aborted" })) {
        await tx.attachments.transition(upload.attachmentId, { from: "pending", to: "aborted" });
        await queueAfterExpiry(tx, upload);
      }
      return upload;
    });
    // The queued deletion comes when the URL is dead; this one spares the space until then.
    await bucket.delete([upload.objectKey]).catch(() => []);
    onDeletionsQueued();
  };
}

/** Ends uploads whose URL died without a completion, and queues what they may have put. Answers how many. */
export function expireUploads({ db, clock }: Deps) {
  return async (): Promise<number> => {
    const abandoned = await db.uploads.listAbandoned(clock() - LATE_PUT_GRACE_MS, 500);
    for (const upload of abandoned) {
      await db.transaction(async (tx) => {
        if (!(await tx.uploads.transition(upload.id, { from: "pending", to: "expired" }))) return;
        await tx.attachments.transition(upload.attachmentId, { from: "pending", to: "expired" });
        await queueAfterExpiry(tx, upload);
      });
    }
    return abandoned.length;
  };
}

/** Queues the removal of whatever this upload put, for when nothing more can come. */
export async function queueAfterExpiry(queries: Queries, upload: Upload): Promise<void> {
  await queries.objectDeletions.put({
    objectKey: upload.objectKey,
    notBefore: upload.expiresAt + LATE_PUT_GRACE_MS,
  });
}

/** Someone else's upload is as unknown as one that isn't there. */
export async function findOwnUpload(queries: Queries, request: { caller: Caller; uploadId: string }): Promise<Upload> {
  const upload = await queries.uploads.find(request.uploadId);
  if (upload === undefined || upload.userId !== request.caller.userId) {
    throw new DomainError("upload_not_found", "Upload not found");
  }
  return upload;
}

function describeUpload(
  input: StartUploadInput,
  context: {
    now: number;
    caller: Caller;
    ownerId: string;
    ids: [string, string];
    objectKey: string;
    ttlSeconds: number;
  },
): { attachment: Attachment; upload: Upload } {
  const { now, caller, objectKey } = context;
  const shared = {
    noteId: input.noteId,
    objectKey,
    filename: input.filename,
    contentType: normaliseContentType(input.contentType),
    sizeBytes: input.sizeBytes,
    state: "pending" as const,
    createdAt: now,
  };
  const [attachmentId, uploadId] = context.ids;
  return {
    attachment: {
      ...shared,
      id: attachmentId,
      ownerId: context.ownerId,
      createdBy: caller.userId,
      ownsObject: true,
      checksum: undefined,
    },
    upload: {
      ...shared,
      id: uploadId,
      attachmentId,
      userId: caller.userId,
      strategy: "put",
      declaredChecksum: input.sha256 === undefined ? undefined : { algorithm: "SHA256", value: input.sha256 },
      expiresAt: now + context.ttlSeconds * 1000,
    },
  };
}
