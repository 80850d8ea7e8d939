import { type Attachment, type CheckedState, isBeingChecked } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import type { Upload } from "../../domain/upload.ts";
import { authoriseNote } from "../authorise.ts";
import type { Deps } from "../ports/index.ts";
import { findOwnUpload, over } from "./abort.ts";
import { assembleParts, type NamedPart } from "./assemble-parts.ts";
import { accept, defer, reject } from "./decide.ts";
import { type Arrived, settleObject } from "./stage.ts";
import { finalise, hasToBeRead, type Verification, verifyContent, verifyStart } from "./verify.ts";

/** `parts`: what the client believes to have sent; each is compared with what the bucket has. */
export type CompleteUploadInput = { uploadId: string; parts?: readonly NamedPart[] | undefined };

/**
 * Puts the parts together if there are any, looks at the object, and attaches it if it is what was declared. What takes long goes on
 * after the request: the answer is then an attachment that is `verifying` or `scanning`. Doing it twice is fine.
 * Throws `upload_not_found`, `access_denied`, `upload_incomplete` (something is not there yet; try again), `upload_not_pending`,
 * and `upload_rejected` when the object differs, which removes it.
 */
export function completeUpload(deps: Deps) {
  const { db } = deps;
  return async (caller: Caller, input: CompleteUploadInput): Promise<Attachment> => {
    const { uploadId, parts: named = [] } = input;
    const upload = await findOwnUpload(db, { caller, uploadId });
    await authoriseNote(db, { caller, noteId: upload.noteId, action: "attachment.add" });
    const attachment = await db.attachments.find(upload.attachmentId);
    if (attachment?.state !== "pending") return answer(upload, attachment);
    const stored = await gather(deps, { upload, named });
    return answer(upload, await settleObject(deps, { attachment, upload, stored }, (settled) => decide(deps, settled)));
  };
}

async function decide(deps: Deps, { attachment, upload, stored }: Arrived): Promise<Attachment | undefined> {
  const { bucket } = deps;
  const { objectKey } = attachment;
  const verification = { objectKey, stored, declaredChecksum: upload.declaredChecksum };
  let verdict = await verifyStart(bucket, { upload, objectKey, stored });
  if (verdict.ok) {
    const to = whatTakesLong(deps, verification);
    if (to !== undefined) return defer(deps, { attachment, upload, to, etag: stored.etag });
    verdict = await verifyContent(deps, verification);
  }
  verdict = await finalise(bucket, { objectKey, stored, verdict });
  if (verdict.ok) return accept(deps, { attachment, upload, verdict });
  const decided = await reject(deps, { attachment, upload, reason: verdict.reason });
  // Not so where an abort or a deletion came first: then what was found is no fault of the file's.
  if (decided?.state === "rejected") throw new DomainError("upload_rejected", decided.rejectReason ?? verdict.reason);
  return decided;
}

/** What the client waits for after this request; undefined: nothing. */
function whatTakesLong({ scanning, limits }: Deps, verification: Verification): CheckedState | undefined {
  if (scanning !== undefined) return "scanning";
  const isLarge = verification.stored.sizeBytes > limits.checkInRequestMaxBytes;
  return isLarge && hasToBeRead(verification) ? "verifying" : undefined;
}

/** The attachment, also when another completion came first. Throws `upload_not_pending` when the upload ended otherwise. */
function answer(upload: Upload, attachment: Attachment | undefined): Attachment {
  if (attachment === undefined) throw new DomainError("attachment_not_found", "Attachment not found");
  const { state } = attachment;
  if (state === "ready" || isBeingChecked(state)) return attachment;
  throw over({ ...upload, state });
}

/** What the upload has put: the object, and for an upload in parts its assembly before. */
async function gather(deps: Deps, { upload, named }: { upload: Upload; named: readonly NamedPart[] }) {
  const { multipart } = upload;
  if (multipart !== undefined) await assembleParts(deps, { upload: { ...upload, multipart }, named });
  const stored = await deps.bucket.head(upload.objectKey);
  if (stored !== undefined) return stored;
  if (multipart === undefined) {
    throw new DomainError("upload_incomplete", "The file is not in the bucket yet: PUT it to the signed URL first.");
  }
  throw new DomainError("upload_not_pending", "The bucket does not have the parts any more; start a new upload.");
}
