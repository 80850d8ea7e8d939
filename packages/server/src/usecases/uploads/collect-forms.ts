import { DomainError, type DomainErrorCode } from "../../domain/errors.ts";
import { nextLookAt, type SignedForm } from "../../domain/signed-form.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Deps, StoredObject } from "../ports/index.ts";
import { LATE_PUT_GRACE_MS } from "../storage/purge.ts";
import { abortUpload } from "./abort.ts";
import { completeUpload } from "./complete.ts";
import { recordUpload } from "./start.ts";

const BATCH = 50;
/** How long a form belongs to the one who looks for its file: what a process that died costs. Milliseconds. */
const LOOK_LEASE_MS = 10_000;
/** The same for copying and verifying a file, which takes longer. Milliseconds. */
const WORK_LEASE_MS = 300_000;

/** What passes; every other refusal is final. */
const PASSING: ReadonlySet<DomainErrorCode> = new Set([
  "bucket_unavailable",
  "database_unavailable",
  "scanner_unavailable",
  // The copy is not to be seen yet.
  "upload_incomplete",
]);

/**
 * Looks which of the signed forms were posted, and makes each file an upload of the one who asked for the form, complete and verified as
 * any other. Answers when to look next; undefined: there are no forms. Each form is looked at by one replica at a time, and should it be
 * two, each has a copy of its own, of which one is attached. Rejects, with the first reason, when something couldn't be reached; that is
 * tried again.
 */
export function collectForms(deps: Deps) {
  const { db, clock } = deps;
  return async (): Promise<number | undefined> => {
    const due = await db.signedForms.listDue(clock(), BATCH);
    const looks = await Promise.allSettled(due.map((form) => lookAt(deps, form)));
    const failed = looks.find((look) => look.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return db.signedForms.nextLookAt();
  };
}

async function lookAt(deps: Deps, form: SignedForm): Promise<void> {
  const { db, bucket, clock } = deps;
  if (!(await db.signedForms.claim(form, { lookAt: clock() + LOOK_LEASE_MS }))) return;
  if (await isDecided(deps, form)) return settle(deps, form);
  const stored = await bucket.head(form.objectKey);
  if (stored !== undefined) return collect(deps, { form, stored });
  const now = clock();
  if (now > form.expiresAt + LATE_PUT_GRACE_MS) return settle(deps, form);
  await db.signedForms.postpone(form.id, { lookAt: nextLookAt(form, now) });
}

/** What an attempt before came to. One that ended half-way is given up, so that what it may still do has no effect. */
async function isDecided(deps: Deps, { userId, uploadId }: SignedForm): Promise<boolean> {
  if (uploadId === undefined) return false;
  const upload = await deps.db.uploads.find(uploadId);
  // Deleted by someone who saw it in the note.
  if (upload === undefined) return true;
  if (upload.state === "aborted") return false;
  if (upload.state !== "pending") return true;
  return !(await succeeds(() => abortUpload(deps)({ userId }, uploadId)));
}

async function collect(deps: Deps, { form, stored }: { form: SignedForm; stored: StoredObject }): Promise<void> {
  const { sizeBytes, etag } = stored;
  // The bucket holds the form to its lengths; one that doesn't gets nothing past here.
  if (sizeBytes < form.minBytes || sizeBytes > form.maxBytes) return settle(deps, form);
  const caller = { userId: form.userId };
  let upload: Upload | undefined;
  const isRecorded = await succeeds(async () => {
    upload = await record(deps, { form, sizeBytes });
  });
  // The note is gone, or not theirs to write in any more, or has no room.
  if (!isRecorded || upload === undefined) return settle(deps, form);
  const { id: uploadId, objectKey } = upload;
  // The form could be posted again, and is no more than a way to a key that nobody else knows (SECURITY-REQUIREMENTS 7).
  const copy = { from: form.objectKey, to: objectKey, etag, sizeBytes, contentType: stored.contentType };
  if ((await deps.bucket.copy(copy)) === "changed") {
    await deps.db.signedForms.postpone(form.id, { lookAt: deps.clock() });
    return;
  }
  // A rejection is written down where every rejected upload is; any other refusal, such as a share that was revoked, ends the upload.
  const isCompleted = await succeeds(() => completeUpload(deps)(caller, { uploadId }));
  if (!isCompleted) await succeeds(() => abortUpload(deps)(caller, uploadId));
  await settle(deps, form);
}

/** From here on it is an upload in one PUT, which the service itself puts. */
function record(deps: Deps, { form, sizeBytes }: { form: SignedForm; sizeBytes: number }): Promise<Upload> {
  const { db, bucket, clock } = deps;
  const { noteId, filename, contentType, userId } = form;
  return db.transaction(async (tx) => {
    // Everyone locks the note before the usage; a note that is gone is refused below.
    await tx.notes.hold(noteId);
    // The upload takes its own room, which is less unless the size was declared.
    await tx.usage.release(form.objectKey);
    const upload = await recordUpload(deps, {
      tx,
      declared: {
        ...{ noteId, filename, contentType, sizeBytes, sha256: undefined },
        ...{ caller: { userId }, objectKey: bucket.newObjectKey() },
      },
      multipart: undefined,
    });
    await tx.signedForms.setUpload(form.id, { uploadId: upload.id, lookAt: clock() + WORK_LEASE_MS });
    return upload;
  });
}

/** Ends a form: what was posted goes at once, and once more when nothing can be posted any more (SECURITY-REQUIREMENTS 10). */
async function settle({ db, bucket, clock, onDeletionsQueued }: Deps, form: SignedForm): Promise<void> {
  const { id, objectKey, expiresAt } = form;
  await db.transaction(async (tx) => {
    await tx.signedForms.remove(id);
    await tx.usage.release(objectKey);
    await tx.objectDeletions.put({ objectKey, notBefore: Math.max(clock(), expiresAt + LATE_PUT_GRACE_MS) });
  });
  await bucket.delete([objectKey]).catch(() => []);
  onDeletionsQueued();
}

/** False: it was refused for good. What may pass is thrown. */
async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof DomainError) || PASSING.has(error.code)) throw error;
    return false;
  }
}
