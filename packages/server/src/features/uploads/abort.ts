import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { isBeingVerified } from "../access/attachment.ts";
import { forAMoment } from "../storage/object-deletions.ts";
import type { Sender } from "./authorise-sender.ts";
import { deleteObjectNow, queueObjectDeletions } from "./objects-of-upload.ts";
import { findOwnUpload } from "./own-upload.ts";
import { transitionUpload } from "./transition.ts";

/**
 * The state of an upload changes at most twice: from pending to a verification state, and then to a final state. So the third attempt finds
 * a final state.
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
