import type { Note } from "@valetkey/client";
import { forgetNote } from "../../service/choices.ts";
import { client, hasCode } from "../../service/client.ts";
import { deleteWithUndo } from "../../service/delete-with-undo.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { showProblem, toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import { drafts } from "./draft/drafts.ts";
import { $deletedNotes } from "./list/use-note-list.ts";

type Deletion = {
  id: string;
  title: string;
  /** Saves the draft before the deletion, so that the note in the trash has the latest text. */
  save: () => Promise<unknown>;
  onHidden: () => void;
};

/** Hides a note in all lists, and moves the note with its files to the trash. */
export function deleteNote({ id, title, save, onHidden }: Deletion): Promise<void> {
  return deleteWithUndo({
    items: [id],
    subjectOf: (noteId) => ({ noteId }),
    title: () => texts.notes.deleted(title),
    question: texts.notes.deleteQuestion(title),
    hide() {
      $deletedNotes.set(new Set($deletedNotes.get()).add(id));
      forgetNote(id);
      onHidden();
    },
    async remove() {
      await save();
      await client.notes.remove(id).catch((error: unknown) => {
        // Somebody has already deleted the note, so nothing remains to delete.
        if (!hasCode(error, "note_not_found")) throw error;
      });
      drafts.discard(id);
      queryClient.removeQueries({ queryKey: keys.note(id) });
    },
    show: () => $deletedNotes.set(new Set([...$deletedNotes.get()].filter((hidden) => hidden !== id))),
    async refresh() {
      for (const queryKey of [keys.notes, keys.found]) {
        await queryClient.invalidateQueries({ queryKey, refetchType: "all" });
      }
      for (const queryKey of [keys.usage, keys.trash]) void queryClient.invalidateQueries({ queryKey });
    },
  });
}

export async function pinNote(noteId: string, isPinned: boolean): Promise<void> {
  try {
    await (isPinned ? client.notes.pin(noteId) : client.notes.unpin(noteId));
  } catch (error) {
    return showProblem(error);
  }
  queryClient.setQueryData<Note>(keys.note(noteId), (note) => note && { ...note, isPinned });
  await queryClient.invalidateQueries({ queryKey: keys.notes });
  toasts.add({ title: isPinned ? texts.notes.pinned : texts.notes.unpinned });
}
