import type { Attachment } from "../../domain/attachment.ts";
import type { Queries } from "../ports/index.ts";
import { type PlannedDeletion, planDeletion, queueDeletions } from "../storage/object-deletions.ts";

/** Deletes attachments permanently, but not their note, and queues the deletion of their objects, in the transaction `tx`. */
export async function deleteAttachmentsForGood(
  tx: Queries,
  { attachments, now }: { attachments: readonly Attachment[]; now: number },
): Promise<PlannedDeletion[]> {
  const planned = await planAll(tx, { attachments, now });
  for (const { id } of attachments) await tx.attachments.delete(id);
  await queueDeletions(tx, { planned, now });
  return planned;
}

/** Deletes a note permanently with all its attachments, in the transaction `tx`, which must have locked the note. */
export async function deleteNoteForGood(
  tx: Queries,
  { noteId, now }: { noteId: string; now: number },
): Promise<{ planned: PlannedDeletion[]; attachmentIds: string[] }> {
  // The list includes attachments that somebody moved to the trash before the note.
  const attachments = await tx.attachments.listOfNote(noteId);
  const planned = await planAll(tx, { attachments, now });
  await tx.notes.delete(noteId);
  await queueDeletions(tx, { planned, now });
  return { planned, attachmentIds: attachments.map(({ id }) => id) };
}

async function planAll(
  tx: Queries,
  { attachments, now }: { attachments: readonly Attachment[]; now: number },
): Promise<PlannedDeletion[]> {
  const planned: PlannedDeletion[] = [];
  for (const attachment of attachments) planned.push(...(await planDeletion(tx, { attachment, now })));
  return planned;
}
