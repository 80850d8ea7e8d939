import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { recordRemovals } from "../outbox/file-event-queries.ts";
import { planDeletion, queueDeletions, releaseObjects } from "../storage/object-deletions.ts";
import type { PlannedDeletion } from "../storage/queries.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { trashQueries } from "./queries.ts";

/** The maximum number of files that one transaction deletes. Larger transactions would block other requests for too long. */
export const STEP = 100;

/** Deletes attachments of one owner permanently in `tx`, and queues the deletion of their objects. Does not delete the note. */
export async function deleteAttachmentsForGood(
  tx: Tx,
  { attachments, now }: { attachments: readonly Attachment[]; now: number },
): Promise<PlannedDeletion[]> {
  if (attachments.length === 0) return [];
  const ids = attachments.map(({ id }) => id);
  const uploads = await uploadQueries(tx).findOfAttachments(ids);
  const planned = attachments.flatMap((attachment) =>
    planDeletion({ attachment, upload: uploads.get(attachment.id), now }),
  );
  await recordRemovals(tx, { attachments, now });
  await attachmentQueries(tx).delete(...ids);
  await queueDeletions(tx, { planned, now });
  return planned;
}

/**
 * Deletes a note permanently in the transaction `tx`, which must have locked the note. From a large note, deletes only the first files, and
 * queues the remaining files for `purgeNotes`. After that, nobody can open the note.
 */
export async function deleteNoteForGood(
  tx: Tx,
  { noteId, now }: { noteId: string; now: number },
): Promise<PlannedDeletion[]> {
  await trashQueries(tx).startPurge(noteId);
  return deleteSomeFiles(tx, { noteId, now });
}

/**
 * Runs one step of the deletions that `deleteNoteForGood` has queued, and starts the next step. Returns false if no deletion is queued.
 * Several replicas may run this function at the same time.
 */
export function purgeNotes(deps: Deps) {
  return async (): Promise<boolean> => {
    const noteId = await trashQueries(deps.db).nextToPurge();
    if (noteId === undefined) return false;
    await releaseObjects(deps, async (tx, now) =>
      (await trashQueries(tx).holdToPurge(noteId)) ? deleteSomeFiles(tx, { noteId, now }) : [],
    );
    deps.onDeletionsQueued();
    return true;
  };
}

/** Deletes some files of a note. Also deletes the note if no files remain. */
async function deleteSomeFiles(tx: Tx, { noteId, now }: { noteId: string; now: number }): Promise<PlannedDeletion[]> {
  // The list includes attachments that were in the trash before their note.
  const attachments = await attachmentQueries(tx).listOfNote(noteId, { limit: STEP });
  const planned = await deleteAttachmentsForGood(tx, { attachments, now });
  if (attachments.length < STEP) await noteQueries(tx).delete(noteId);
  return planned;
}
