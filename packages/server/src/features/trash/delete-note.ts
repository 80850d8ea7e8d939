import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutNote, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { linkQueries } from "../links/queries/links.ts";
import { releaseObjects } from "../storage/object-deletions.ts";
import { deleteAttachmentsForGood, deleteNoteForGood } from "./delete-for-good.ts";
import { trashQueries } from "./queries.ts";

/**
 * Moves a note with its files and its shares to the trash, and revokes its links. Deletes the pending uploads permanently. If the trash is
 * off, deletes the note and everything in it permanently. Throws `note_not_found` or `access_denied`.
 */
export function deleteNote(deps: Deps) {
  const { newId, limits } = deps;
  return (caller: Caller, noteId: string): Promise<void> =>
    releaseObjects(deps, async (tx, now) => {
      const note = await authoriseNote(tx, { caller, noteId, action: "note.delete" });
      // Locks the note, so that nobody can add an attachment now. The object of such an attachment would stay in the bucket without a row.
      if (!(await guardedNoteQueries(tx).hold(noteId))) throw new DomainError("note_not_found", "Note not found");
      const planned = await (limits.trashDays === 0 ? deleteNoteForGood(tx, { noteId, now }) : discard());
      // The event does not list the files, because a note may have many thousands.
      const event = { id: newId(), caller, subject: aboutNote(note), at: now };
      await auditQueries(tx).add(auditEvent("note.deleted", { ...event, detail: { title: note.title } }));
      return planned;

      async function discard() {
        // The number of pending uploads on a note has a limit.
        const pending = await attachmentQueries(tx).listOfNote(noteId, { isPending: true });
        await linkQueries(tx).revokeOfNote(noteId, now);
        const planned = await deleteAttachmentsForGood(tx, { attachments: pending, now });
        const deleted = { noteId, ownerId: note.ownerId, deletedBy: caller.userId, deletedAt: now };
        await trashQueries(tx).putNote({ id: newId(), ...deleted });
        return planned;
      }
    });
}
