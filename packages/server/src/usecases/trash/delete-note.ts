import { isComplete } from "../../domain/attachment.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import { aboutNote, auditEvent } from "../audit-event.ts";
import { authoriseNote } from "../authorise.ts";
import type { Deps } from "../ports/index.ts";
import { releaseObjects } from "../storage/release-objects.ts";
import { deleteAttachmentsForGood, deleteNoteForGood } from "./delete-for-good.ts";

/**
 * Moves a note with its complete files and its shares to the trash, and revokes its links. Deletes the unfinished uploads permanently. If
 * the trash is off, deletes the note and everything in it permanently. Throws `note_not_found` or `access_denied`.
 */
export function deleteNote(deps: Deps) {
  const { newId, limits } = deps;
  return (caller: Caller, noteId: string): Promise<void> =>
    releaseObjects(deps, async (tx, now) => {
      const note = await authoriseNote(tx, { caller, noteId, action: "note.delete" });
      // Locks the note, so that nobody can add an attachment now. The object of such an attachment would stay in the bucket without a row.
      if (!(await tx.notes.hold(noteId))) throw new DomainError("note_not_found", "Note not found");
      const { planned, attachmentIds } = await (limits.trashDays === 0
        ? deleteNoteForGood(tx, { noteId, now })
        : discard());
      const event = { id: newId(), caller, subject: { ...aboutNote(note), attachmentIds }, at: now };
      await tx.audit.add(auditEvent("note.deleted", { ...event, detail: { title: note.title } }));
      return planned;

      async function discard() {
        const attachments = await tx.attachments.listOfNote(noteId);
        const unfinished = attachments.filter(({ state }) => !isComplete(state));
        await tx.links.revokeOfNote(noteId, now);
        const planned = await deleteAttachmentsForGood(tx, { attachments: unfinished, now });
        const deleted = { noteId, ownerId: note.ownerId, deletedBy: caller.userId, deletedAt: now };
        await tx.trash.putNote({ id: newId(), ...deleted });
        return { planned, attachmentIds: attachments.map(({ id }) => id) };
      }
    });
}
