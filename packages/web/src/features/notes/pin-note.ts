import type { Note } from "@valetkey/client";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { showProblem, toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";

/** Pins a note in the lists of the user, or removes the pin. */
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
