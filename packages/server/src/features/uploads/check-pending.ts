import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { uploadQueries } from "./queries.ts";
import type { PendingCounts } from "./starts/start-upload-statements.ts";

const REMEDY = "Complete or abort some of them, or delete their files.";

/**
 * Throws `too_many_uploads` if the caller or the note has too many pending uploads. This is an early check. The step that records the
 * upload checks the same again.
 */
export async function checkPending(
  tx: Tx,
  { userId, noteId, limits }: { userId: string; noteId: string; limits: Limits },
): Promise<void> {
  requirePending(await uploadQueries(tx).countPending({ userId, noteId }), limits);
}

/** Throws `too_many_uploads` if one of the counts has reached its limit. */
export function requirePending({ ofUser, ofNote }: PendingCounts, limits: Limits): void {
  const { userPendingUploads, notePendingUploads } = limits;
  if (ofUser >= userPendingUploads) {
    const message = `You have ${ofUser} pending uploads, and the limit is ${userPendingUploads}. ${REMEDY}`;
    throw new DomainError("too_many_uploads", message);
  }
  if (ofNote >= notePendingUploads) {
    const message = `This note has ${ofNote} pending uploads, and the limit is ${notePendingUploads}. ${REMEDY}`;
    throw new DomainError("too_many_uploads", message);
  }
}
