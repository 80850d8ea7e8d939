import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { isBeingVerified, type Upload } from "../access/attachment.ts";
import { forAMoment, LATE_PUT_GRACE_MS } from "../storage/object-deletions.ts";
import { usageQueries } from "../usage/queries.ts";
import { uploadQueries } from "./queries/uploads.ts";
import { findOwnUpload, type Sender } from "./sender.ts";
import { deleteObjectNow, queueObjectDeletions, transitionUpload } from "./transition.ts";

/**
 * The third attempt finds a final state. The state of an upload changes at most twice: from pending to a verification state, and then to a
 * final state.
 */
const MAX_ATTEMPTS = 3;

/**
 * Aborts an upload and deletes its object. The signed URL may stay valid for a while. If a client stores the object with it once more, the
 * service deletes that object too. Idempotent.
 * Throws `upload_not_found`, and `upload_not_pending` if the upload is complete.
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
          // A completion or a verification may have changed the state after it was read. If so, the loop reads the new state and decides
          // again.
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

/** The maximum number of reservations that one transaction releases. */
const RELEASED_AT_ONCE = 100;

/**
 * Expires pending uploads whose signed URLs have expired, and queues the deletion of their objects. Returns the number of expired uploads.
 */
export function expireUploads(deps: Deps) {
  const { db, clock } = deps;
  return async (): Promise<number> => {
    const now = clock();
    // Releases the reservations of form uploads whose process has died. The deletion of their objects is already queued.
    const release = () =>
      db.transaction((tx) => usageQueries(tx).releaseExpired(now, RELEASED_AT_ONCE), { freesSpace: true });
    while ((await release()) === RELEASED_AT_ONCE);
    let expired = 0;
    for (;;) {
      const abandoned = await uploadQueries(db).listAbandoned(now - LATE_PUT_GRACE_MS, BATCH);
      const before = expired;
      for (const upload of abandoned) if (await expire(deps, { upload, now })) expired += 1;
      // Stops if a full batch changed nothing, because the loop would otherwise list the same batch forever.
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
