import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { type PlannedDeletion, planDeletion, queueDeletions, releaseObjects } from "../storage/object-deletions.ts";
import { uploadQueries } from "../uploads/queries.ts";
import { trashQueries } from "./queries.ts";

/** The number of files that one transaction deletes. Larger transactions would block other requests for too long. */
const STEP = 100;

/** Deletes attachments of one owner permanently, but not their note, and queues the deletion of their objects, in the transaction `tx`. */
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
  await attachmentQueries(tx).delete(...ids);
  await queueDeletions(tx, { planned, now });
  return planned;
}

/**
 * Deletes a note permanently, in the transaction `tx`, which must have locked the note. If the note has many files, deletes only the first
 * of them and queues the rest for `purgeNotes`. The note is then absent for everybody.
 */
export async function deleteNoteForGood(
  tx: Tx,
  { noteId, now }: { noteId: string; now: number },
): Promise<PlannedDeletion[]> {
  await trashQueries(tx).startPurge(noteId);
  return deleteSomeFiles(tx, { noteId, now });
}

/**
 * Runs one step of the deletions that `deleteNoteForGood` has queued, and then starts the next step. Returns false if no deletion is queued.
 * Several replicas may run this at the same time.
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

/** Deletes some files of a note, and then also the note if it has no other files. */
async function deleteSomeFiles(tx: Tx, { noteId, now }: { noteId: string; now: number }): Promise<PlannedDeletion[]> {
  // The list includes attachments that somebody moved to the trash before the note.
  const attachments = await attachmentQueries(tx).listOfNote(noteId, { limit: STEP });
  const planned = await deleteAttachmentsForGood(tx, { attachments, now });
  if (attachments.length < STEP) await noteQueries(tx).delete(noteId);
  return planned;
}
