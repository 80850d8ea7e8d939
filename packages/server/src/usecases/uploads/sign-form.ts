import { DomainError } from "../../domain/errors.ts";
import { checkFilename } from "../../domain/filename.ts";
import type { Caller } from "../../domain/person.ts";
import { normaliseContentType } from "../../domain/serving.ts";
import { FORM_MAX_BYTES, lengthsOfForm, nextLookAt, type SignedForm } from "../../domain/signed-form.ts";
import { authoriseNote } from "../authorise.ts";
import type { Deps, Limits, Queries, SignedPost } from "../ports/index.ts";
import { LATE_PUT_GRACE_MS } from "../storage/purge.ts";
import { quotaOf } from "../usage.ts";

/** `sizeBytes` undefined: the client can't say. */
export type SignFormInput = { noteId: string; filename: string; contentType: string; sizeBytes: number | undefined };

/** Should nobody look for the file any more, for whatever reason, it goes after this long. Milliseconds. */
const ABANDONED_AFTER_MS = 7 * 24 * 3_600_000;

/**
 * Signs a form that a browser may post to the bucket, once or more, while it lives; what comes by it is collected (collect-forms.ts).
 * Throws `note_not_found`, `access_denied`, `invalid_filename`, `file_too_large`, `quota_exceeded`, and `invalid_request` over
 * 5 GiB.
 */
export function signForm({ db, bucket, clock, newId, limits, onFormSigned }: Deps) {
  return async (caller: Caller, input: SignFormInput): Promise<SignedPost> => {
    const filename = checkFilename(input.filename);
    const { noteId, sizeBytes } = input;
    checkSize(sizeBytes, limits);
    const now = clock();
    const form = await db.transaction(async (tx) => {
      const { ownerId } = await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
      const form: SignedForm = {
        ...{ id: newId(), noteId, userId: caller.userId, objectKey: bucket.newObjectKey(), filename },
        ...{ contentType: normaliseContentType(input.contentType), uploadId: undefined, createdAt: now },
        ...lengthsOfForm({ sizeBytes, atMost: await roomFor(tx, { ownerId, limits }) }),
        expiresAt: now + limits.uploadTtlSeconds * 1000,
        lookAt: nextLookAt({ createdAt: now }, now),
      };
      const { objectKey, expiresAt } = form;
      await tx.signedForms.insert(form);
      await tx.objectDeletions.put({ objectKey, notBefore: expiresAt + ABANDONED_AFTER_MS });
      const reservation = { objectKey, ownerId, userId: caller.userId, sizeBytes: form.maxBytes };
      await tx.usage.reserve({ ...reservation, expiresAt: expiresAt + LATE_PUT_GRACE_MS }, quotaOf(limits));
      return form;
    });
    const { objectKey, contentType, minBytes, maxBytes } = form;
    const post = await bucket.presignPost({
      ...{ objectKey, contentType, minBytes, maxBytes, now },
      expiresInSeconds: limits.uploadTtlSeconds,
    });
    onFormSigned();
    return post;
  };
}

/** A file of unknown size gets what is left, though not more than a file may have; less than a byte is refused as any file would be. */
async function roomFor(queries: Queries, { ownerId, limits }: { ownerId: string; limits: Limits }): Promise<number> {
  const quota = quotaOf(limits);
  if (quota.bytes === undefined) return limits.uploadMaxBytes;
  const left = quota.bytes - (await queries.usage.find(ownerId)).bytes;
  return Math.min(limits.uploadMaxBytes, Math.max(1, left));
}

function checkSize(sizeBytes: number | undefined, { uploadMaxBytes }: Limits): void {
  if (sizeBytes === undefined) return;
  if (sizeBytes > uploadMaxBytes) {
    throw new DomainError("file_too_large", `The file is larger than ${uploadMaxBytes} bytes, the limit here.`);
  }
  if (sizeBytes > FORM_MAX_BYTES) {
    throw new DomainError("invalid_request", "A form takes 5 GiB at most; send a larger file in parts.");
  }
}
