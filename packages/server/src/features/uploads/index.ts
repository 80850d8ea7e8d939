import type { Bucket } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { checkFilename, extensionOf } from "../../platform/text/readable-text.ts";
import { type Attachment, isBeingVerified, type Upload } from "../access/attachment.ts";
import { type Arrive, authoriseAttachment } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { forAMoment, LATE_PUT_GRACE_MS } from "../storage/object-deletions.ts";
import { usageQueries } from "../usage/queries.ts";
import { attachFile } from "./attach-form.ts";
import { startUploads } from "./batch.ts";
import { completeUpload, prepareCompletion } from "./complete.ts";
import { leaseVerification, renewVerification, runVerification } from "./jobs.ts";
import { getUpload, signParts } from "./parts.ts";
import { uploadQueries } from "./queries/uploads.ts";
import { findOwnUpload, type Sender } from "./sender.ts";
import { attachStaged, dropStaged, expireStaged } from "./staged.ts";
import { startUpload } from "./start.ts";
import { deleteObjectNow, queueObjectDeletions, transitionUpload } from "./transition.ts";
import { contradictionIn, inspect } from "./verify.ts";

export { STAGED_MS } from "./staged.ts";

export type UploadVerbs = ReturnType<typeof createUploads>;

export function createUploads(deps: Deps, { arrive, starts }: { arrive: Arrive; starts: Allowance }) {
  return {
    attachFile: attachFile(deps, { allowance: starts, arrive }),
    attachStaged: attachStaged(deps),
    expireStaged: expireStaged(deps),
    dropStaged: dropStaged(deps),
    renameFile: renameFile(deps),
    startUpload: startUpload(deps, { allowance: starts, arrive }),
    startUploads: startUploads(deps, { allowance: starts, arrive }),
    getUpload: getUpload(deps),
    signParts: signParts(deps),
    completeUpload: completeUpload(deps),
    prepareCompletion: prepareCompletion(deps),
    abortUpload: abortUpload(deps),
    expireUploads: expireUploads(deps),
    leaseVerification: leaseVerification(deps),
    renewVerification: renewVerification(deps),
    runVerification: runVerification(deps),
  };
}

/**
 * Renames a `ready` file. The content of the file must match the extension of the new name. Throws `attachment_not_found`, `access_denied`,
 * `attachment_not_ready`, `object_not_found`, and `invalid_filename`.
 */
function renameFile({ db, bucket, clock, newId }: Deps) {
  return async (caller: Caller, input: { attachmentId: string; filename: string }): Promise<Attachment> => {
    const filename = checkFilename(input.filename);
    const request = { caller, attachmentId: input.attachmentId, action: "attachment.rename" } as const;
    const seen = await authoriseAttachment(db, request);
    if (seen.state !== "ready") throw notReady(seen);
    if (seen.filename === filename) return seen;
    // If the extension does not change, the content needs no check, because only an extension can contradict the content.
    if (extensionOf(filename) !== extensionOf(seen.filename)) await refuseContradiction(bucket, { ...seen, filename });
    return db.transaction(async (tx) => {
      const attachment = await authoriseAttachment(tx, request);
      if (!(await attachmentQueries(tx).rename(attachment, filename))) throw notReady(attachment);
      const detail = { filename, before: attachment.filename };
      const event = { id: newId(), caller, subject: aboutFile(attachment), at: clock(), detail };
      await auditQueries(tx).add(auditEvent("attachment.renamed", event));
      return { ...attachment, filename };
    });
  };
}

async function refuseContradiction(bucket: Bucket, renamed: Attachment): Promise<void> {
  const { objectKey, sizeBytes: declaredBytes } = renamed;
  const start = (await inspect(bucket, { objectKey, declaredBytes }))?.start;
  if (start === undefined) throw new DomainError("object_not_found", "The bucket no longer has this file.");
  const fault = await contradictionIn({ ...renamed, isRenamed: true }, start);
  if (fault !== undefined) throw new DomainError("invalid_filename", `${fault.reason} Choose another extension.`);
}

function notReady({ state }: Attachment): DomainError {
  return new DomainError("attachment_not_ready", `Only a ready file can be renamed. This one is ${state}.`);
}

/** The maximum number of tries of an abort. The state changes at most twice: to a verification state, and to a final state. */
const MAX_ATTEMPTS = 3;

/**
 * Aborts an upload and deletes its object. The signed URL may remain valid for a while after the abort. If a client stores the object again
 * with this URL, the service also deletes the new object. A repeated abort of an upload has no further effect. Throws `upload_not_found`,
 * and `upload_not_pending` if the upload is complete.
 */
export function abortUpload(deps: Deps) {
  const { db, clock, onDeletionsQueued, onUploadEnded } = deps;
  return async (caller: Sender, uploadId: string): Promise<void> => {
    const { upload, isEnded } = await db.transaction(
      async (tx) => {
        for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
          const upload = await findOwnUpload(tx, { caller, uploadId });
          const { attachmentId, state: from } = upload;
          if (from === "ready" || from === "quarantined") {
            throw new DomainError("upload_not_pending", "The upload is complete. Delete the attachment instead.");
          }
          if (from !== "pending" && !isBeingVerified(from)) return { upload, isEnded: false };
          // A completion or a verification may have changed the state after the read. The loop then reads the new state and decides again.
          if (!(await transitionUpload(tx, { attachmentId, uploadId, from, to: "aborted" }))) continue;
          await queueObjectDeletions(tx, { upload, now: clock() });
          return { upload, isEnded: true };
        }
        throw new DomainError("upload_not_pending", "The state of the upload is changing. Try again in a moment.");
      },
      { freesSpace: true },
    );
    if (isEnded) onUploadEnded("aborted");
    await forAMoment(deleteObjectNow(deps, upload));
    onDeletionsQueued();
  };
}

const BATCH = 500;

const RELEASED_AT_ONCE = 100;

/** Expires pending uploads with expired URLs, and queues the deletion of their objects. Returns the number of expired uploads. */
export function expireUploads(deps: Deps) {
  const { db, clock } = deps;
  return async (): Promise<number> => {
    const now = clock();
    // Releases the reservations of form uploads whose process has died. The deletions of their objects are already queued.
    const release = () =>
      db.transaction((tx) => usageQueries(tx).releaseExpired(now, RELEASED_AT_ONCE), { freesSpace: true });
    while ((await release()) === RELEASED_AT_ONCE);
    let expired = 0;
    for (;;) {
      const abandoned = await uploadQueries(db).listAbandoned(now - LATE_PUT_GRACE_MS, BATCH);
      const before = expired;
      for (const upload of abandoned) if (await expire(deps, { upload, now })) expired += 1;
      // Stops after a full batch without a change. Otherwise, the loop would list the same batch forever.
      if (abandoned.length < BATCH || expired === before) return expired;
    }
  };
}

/** Expires one upload. Returns false if its state has changed in the meantime, for example because another replica was faster. */
async function expire(deps: Deps, { upload, now }: { upload: Upload; now: number }): Promise<boolean> {
  const expired = await deps.db.transaction(
    async (tx) => {
      const { id: uploadId, attachmentId } = upload;
      if (!(await transitionUpload(tx, { attachmentId, uploadId, from: "pending", to: "expired" }))) return false;
      await queueObjectDeletions(tx, { upload, now });
      return true;
    },
    { freesSpace: true },
  );
  if (expired) deps.onUploadEnded("expired");
  if (expired && upload.multipart !== undefined) await deleteObjectNow(deps, upload);
  return expired;
}
