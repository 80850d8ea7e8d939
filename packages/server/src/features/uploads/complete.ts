import type { Tx } from "../../platform/database/queries.ts";
import type { VerificationState } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { type Attachment, isComplete, type Upload } from "../access/attachment.ts";
import { requirePermission, roleOf } from "../access/authorise.ts";
import { accessQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { type AcceptedTypes, acceptedTypes } from "../links/file-request.ts";
import type { Link } from "../links/link.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { copyAside, deleteAbandoned } from "../storage/object-deletions.ts";
import { objectDeletionQueries } from "../storage/queries.ts";
import { defer, markReady, reject } from "./decide.ts";
import { assembleParts, type ReportedPart } from "./parts.ts";
import { authoriseSender, findOwnUpload, type Sender, uploadOver } from "./sender.ts";
import {
  type InspectedObject,
  inspect,
  mustReadContent,
  NOT_KEPT,
  type Subject,
  type Verdict,
  verifyContent,
  verifyFacts,
} from "./verify.ts";

/** `parts`: the parts that the client reports as sent. The service compares each reported part with the part in the bucket. */
export type CompleteUploadInput = {
  uploadId: string;
  parts?: readonly ReportedPart[] | undefined;
  /** The kinds of files that a resource of an embedding accepts. Undefined: every kind, or the kinds that the file request accepts. */
  accepted?: AcceptedTypes | undefined;
};

/**
 * Assembles the parts of a multipart upload, verifies the object, and makes the attachment ready. A slow verification continues after the
 * HTTP request, and the returned attachment is `verifying` or `scanning`. A repeated completion has no further effect.
 * Throws `upload_not_found`, `access_denied`, `upload_not_pending`, and `upload_incomplete`. After `upload_incomplete`, the client can send
 * the missing bytes and complete the upload again. Throws `upload_rejected` and deletes the object if the object differs from the
 * declaration, or if the file request does not accept the file.
 */
export function completeUpload(deps: Deps) {
  const prepare = prepareCompletion(deps);
  return async (caller: Sender, input: CompleteUploadInput): Promise<Attachment> => (await prepare(caller, input))();
}

/** Records the result of the checks of a completion. */
export type Finish<T = Attachment> = () => Promise<T>;

/**
 * Makes all checks of a completion that need the bucket, and returns a function that records the result. Many completions can make their
 * checks first, and then record their results together, so that they share one flush of the disk.
 */
export function prepareCompletion(deps: Deps) {
  const { db } = deps;
  return async (caller: Sender, input: CompleteUploadInput): Promise<Finish> => {
    const { uploadId, parts: reported = [] } = input;
    const { upload, attachment, link } = await findSent(deps, { caller, uploadId });
    if (attachment?.state !== "pending") return async () => requireAttached(upload, attachment);
    const { multipart } = upload;
    if (multipart !== undefined) await assembleParts(deps, { upload: { ...upload, multipart }, reported });
    const objectKey = await stage(deps, upload);
    const checks = async () => {
      const stored = objectKey && (await inspect(deps.bucket, { objectKey, declaredBytes: upload.sizeBytes }));
      if (!stored) throw notStored(upload, objectKey);
      const staged = { attachment: { ...attachment, objectKey }, upload, stored };
      // In an embedding, both the resource and the file request must accept the kind of a visitor's file.
      const ofRequest = await acceptedBy(db, { link, attachment });
      const accepted = ofRequest === undefined ? input.accepted : [...ofRequest, ...(input.accepted ?? [])];
      return { staged, decide: await examine(deps, { ...staged, accepted }) };
    };
    const { staged, decide } = await checks().catch(async (error) => {
      if (upload.staged && objectKey !== undefined) await deleteAbandoned(deps, objectKey);
      throw error;
    });
    return async () => {
      const decided = await decide();
      await discardUnusedCopy(deps, { staged, decided });
      // If a person has aborted or deleted the upload in the meantime, the object is missing, but the state is not `rejected`.
      if (decided?.state === "rejected") {
        const { rejectReason = NOT_KEPT, rejection } = decided;
        throw new DomainError("upload_rejected", rejectReason, { rejection });
      }
      return requireAttached(upload, decided);
    };
  };
}

type Sent = { upload: Upload; attachment: Attachment | undefined; link: Link | undefined };

/** Returns the caller's upload, if the caller may still add files. Throws `upload_not_found`, `access_denied`, `link_not_found`. */
async function findSent(
  { db, clock, limits }: Deps,
  { caller, uploadId }: { caller: Sender; uploadId: string },
): Promise<Sent> {
  if (caller.linkId === undefined) {
    const found = await accessQueries(db).upload(caller.userId, uploadId);
    if (found === undefined) throw noSuch("upload");
    const { upload, attachment, role } = found;
    requirePermission(roleOf(caller, { noteId: upload.noteId, role }), "attachment.add");
    return { upload, attachment, link: undefined };
  }
  const upload = await findOwnUpload(db, { caller, uploadId });
  const { request } = await authoriseSender(db, { sender: caller, noteId: upload.noteId, now: clock(), limits });
  return { upload, attachment: await attachmentQueries(db).find(upload.attachmentId), link: request?.link };
}

/** Makes the error for an upload whose object is not in the bucket. `objectKey`: the key of the copy, if only the copy is missing. */
function notStored({ multipart, staged }: Upload, objectKey: string | undefined): DomainError {
  if (multipart === undefined) {
    return new DomainError("upload_incomplete", "The file is not in the bucket yet. PUT it to the signed URL first.");
  }
  // Only the copy is missing, so the client can complete the upload again.
  if (staged && objectKey !== undefined) {
    return new DomainError("upload_incomplete", "The file could not be copied. Complete the upload again.");
  }
  return new DomainError("upload_not_pending", "The bucket does not have the parts any more. Start a new upload.");
}

/** Returns the kinds of files that the file request and the slot of the file accept. Undefined: every kind. */
async function acceptedBy(
  tx: Tx,
  { link, attachment }: { link: Link | undefined; attachment: Attachment },
): Promise<AcceptedTypes | undefined> {
  const request = link?.request;
  if (request === undefined) return undefined;
  const file = await visitorFileQueries(tx).find(attachment.id);
  return acceptedTypes(
    request,
    request.slots.find(({ id }) => id === file?.slotId),
  );
}

/** Verifies a stored upload. Returns the function that records the verdict. */
async function examine(
  deps: Deps,
  { attachment, upload, stored, accepted }: StoredUpload & { accepted: AcceptedTypes | undefined },
): Promise<Finish<Attachment | undefined>> {
  const { objectKey } = attachment;
  const subject = { objectKey, stored, declaredChecksum: upload.declaredChecksum };
  let verdict = await verifyFacts(upload, { stored, accepted });
  if (verdict.ok) {
    const to = slowVerification(deps, subject);
    if (to !== undefined) return () => defer(deps, { attachment, upload, to, etag: stored.etag });
    if (mustReadContent(subject)) verdict = await verifyContent(deps, subject);
  }
  const decided = verdict;
  return () => recordVerdict(deps, { attachment, upload, verdict: decided });
}

async function recordVerdict(
  deps: Deps,
  { attachment, upload, verdict }: Omit<StoredUpload, "stored"> & { verdict: Verdict },
): Promise<Attachment | undefined> {
  if (verdict.ok) return markReady(deps, { attachment, upload, verdict });
  return reject(deps, { attachment, upload, fault: verdict });
}

/** Returns the state for a verification that is too slow for the HTTP request. Returns undefined for a fast verification. */
function slowVerification({ scanning, limits }: Deps, subject: Subject): VerificationState | undefined {
  if (scanning !== undefined) return "scanning";
  const isLarge = subject.stored.sizeBytes > limits.verifyInRequestMaxBytes;
  return isLarge && mustReadContent(subject) ? "verifying" : undefined;
}

/** Returns the attachment of a complete upload, for example after a parallel completion. Throws `upload_not_pending`. */
function requireAttached(upload: Upload, attachment: Attachment | undefined): Attachment {
  if (attachment === undefined) throw noSuch("attachment");
  const { state } = attachment;
  if (isComplete(state)) return attachment;
  throw uploadOver({ ...upload, state });
}

/** An upload whose object is in the bucket, under `attachment.objectKey`. */
export type StoredUpload = { attachment: Attachment; upload: Upload; stored: InspectedObject };

/**
 * Returns the key of an object that no signed URL can change, so that a download has exactly the verified bytes
 * (docs/security-requirements.md, 7). If a signed URL can still overwrite the uploaded object (`upload.staged`), returns the key of a new
 * copy. Each completion makes its own copy. Returns undefined if the uploaded object is missing. The returned key has no object if the
 * uploaded object changed during the copy.
 */
async function stage(deps: Deps, upload: Upload): Promise<string | undefined> {
  if (!upload.staged) return upload.objectKey;
  const uploaded = await deps.bucket.head(upload.objectKey);
  if (uploaded === undefined) return undefined;
  return copyAside(deps, { ...uploaded, objectKey: upload.objectKey });
}

/**
 * Makes the deletion of a staged copy due now, if no attachment uses the copy. The caller must not call `discardUnusedCopy` if the decision
 * throws, because the transaction may have committed, although its response was lost.
 */
async function discardUnusedCopy(
  { db, clock, onDeletionsQueued }: Deps,
  { staged, decided }: { staged: StoredUpload; decided: Attachment | undefined },
): Promise<void> {
  const { objectKey } = staged.attachment;
  if (!staged.upload.staged || decided?.objectKey === objectKey) return;
  await objectDeletionQueries(db).put({ objectKey, notBefore: clock() });
  onDeletionsQueued();
}
