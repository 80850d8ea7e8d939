import type { Deps } from "../../platform/deps.ts";
import type { Upload } from "../access/attachment.ts";
import { LATE_PUT_GRACE_MS } from "../storage/object-deletions.ts";
import { usageQueries } from "../usage/queries.ts";
import { deleteObjectNow, queueObjectDeletions } from "./objects-of-upload.ts";
import { uploadQueries } from "./queries.ts";
import { transitionUpload } from "./transition.ts";

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
