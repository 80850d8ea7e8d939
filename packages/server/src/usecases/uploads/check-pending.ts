import { DomainError } from "../../domain/errors.ts";
import type { Limits, Queries } from "../ports/index.ts";

const REMEDY = "Complete or abort some of them, or delete their files.";

/**
 * Refuses a start when the caller or the note has too many pending uploads. Throws `too_many_uploads`.
 * The count is exact in a transaction that holds the starts of the caller and the quota of the owner of the note.
 */
export async function checkPending(
  { uploads }: Queries,
  { userId, noteId, limits }: { userId: string; noteId: string; limits: Limits },
): Promise<void> {
  const { userPendingUploads, notePendingUploads } = limits;
  const { ofUser, ofNote } = await uploads.countPending({ userId, noteId });
  if (ofUser >= userPendingUploads) {
    const message = `You have ${ofUser} pending uploads, and the limit is ${userPendingUploads}. ${REMEDY}`;
    throw new DomainError("too_many_uploads", message);
  }
  if (ofNote >= notePendingUploads) {
    const message = `This note has ${ofNote} pending uploads, and the limit is ${notePendingUploads}. ${REMEDY}`;
    throw new DomainError("too_many_uploads", message);
  }
}
