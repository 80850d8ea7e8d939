import { DomainError } from "../../domain/errors.ts";
import type { Upload } from "../../domain/upload.ts";
import { authoriseNote } from "../authorise.ts";
import type { Deps } from "../ports/index.ts";
import { signPut } from "./sign-put.ts";
import type { Declared, StartedUpload } from "./start.ts";

/** How long a key stands for the upload that it began, counted from then. Milliseconds. */
const REMEMBERED_MS = 86_400_000;

/**
 * Answers the start of an upload that the same person began with the same key and the same declaration, with a freshly signed URL while
 * there is something to send. Undefined when there is none: the key is new, or forgotten, because its upload was rejected, aborted, expired or
 * deleted, or began more than a day ago. Throws `idempotency_key_reused`. Follows draft-ietf-httpapi-idempotency-key-header.
 */
export async function repeatStart(
  deps: Deps,
  { declared, idempotencyKey }: { declared: Declared; idempotencyKey: string },
): Promise<StartedUpload | undefined> {
  const { db, clock } = deps;
  const { caller, noteId } = declared;
  await authoriseNote(db, { caller, noteId, action: "attachment.add" });
  const now = clock();
  const key = { userId: caller.userId, idempotencyKey };
  await db.uploads.forgetKey(key, { now, startedBefore: now - REMEMBERED_MS });
  const upload = await db.uploads.findByKey(key);
  if (upload === undefined) return undefined;
  if (!isOf(upload, declared)) {
    throw new DomainError(
      "idempotency_key_reused",
      "This Idempotency-Key was used for another upload; use a new key for each.",
    );
  }
  const isSent = upload.state !== "pending" || upload.multipart !== undefined;
  return { upload, request: isSent ? undefined : await signPut(deps, { upload, now }) };
}

function isOf(upload: Upload, { noteId, filename, contentType, sizeBytes, sha256, partSize }: Declared): boolean {
  return (
    upload.noteId === noteId &&
    upload.filename === filename &&
    upload.contentType === contentType &&
    upload.sizeBytes === sizeBytes &&
    upload.declaredChecksum?.value === sha256 &&
    (partSize === undefined || upload.multipart?.partSize === partSize)
  );
}
