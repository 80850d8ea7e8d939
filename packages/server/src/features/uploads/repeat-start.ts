import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Upload } from "../access/attachment.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { authoriseSender } from "./authorise-sender.ts";
import { type DeclaredUpload, type StartedUpload, signPut } from "./declared-upload.ts";
import { uploadQueries } from "./queries.ts";

/** How long the service remembers an idempotency key after the first start. Milliseconds. */
export const REMEMBERED_MS = 86_400_000;

/**
 * Finds the upload that the caller started with the same idempotency key and declaration, and signs its PUT again if the upload is still
 * pending.
 * Returns undefined for a new or a forgotten key. The service forgets a key after a day, or when its upload is rejected, aborted,
 * expired or deleted.
 * Throws `idempotency_key_reused`. Follows draft-ietf-httpapi-idempotency-key-header.
 */
export async function repeatStart(
  deps: Deps,
  { declared, idempotencyKey }: { declared: DeclaredUpload; idempotencyKey: string },
): Promise<StartedUpload | undefined> {
  const { db, clock, limits } = deps;
  const { caller, noteId } = declared;
  const now = clock();
  await authoriseSender(db, { sender: caller, noteId, now, limits });
  const key = { userId: caller.userId, idempotencyKey };
  await uploadQueries(db).forgetKey(key, { now, startedBefore: now - REMEMBERED_MS });
  const upload = await uploadQueries(db).findByKey(key);
  if (upload === undefined) return undefined;
  const file = declared.visit && (await visitorFileQueries(db).find(upload.attachmentId));
  if (!matches(upload, declared) || file?.slotId !== declared.visit?.slotId) {
    throw new DomainError(
      "idempotency_key_reused",
      "This Idempotency-Key belongs to a different upload. Use a new key for each upload.",
    );
  }
  const needsPut = upload.state === "pending" && upload.multipart === undefined;
  return { upload, request: needsPut ? await signPut(deps, { upload, now }) : undefined };
}

function matches(
  upload: Upload,
  { noteId, filename, contentType, sizeBytes, sha256, partSize }: DeclaredUpload,
): boolean {
  return (
    upload.noteId === noteId &&
    upload.filename === filename &&
    upload.contentType === contentType &&
    upload.sizeBytes === sizeBytes &&
    upload.declaredChecksum?.value === sha256 &&
    (partSize === undefined || upload.multipart?.partSize === partSize)
  );
}
