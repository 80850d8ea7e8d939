import { atom } from "nanostores";
import { client, hasCode } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { offerUndo } from "../../service/undo.ts";
import { texts } from "../../texts/index.ts";
import { drafts } from "./draft/drafts.ts";

/** The ids of notes whose deletion can still be undone. Lists hide these notes. */
export const $pendingDeletions = atom<ReadonlySet<string>>(new Set());

/** Hides a note from every list, and deletes it with its files unless the user undoes that. */
export function deleteNote({ id, title }: { id: string; title: string }): void {
  $pendingDeletions.set(new Set($pendingDeletions.get()).add(id));
  offerUndo({
    title: texts.notes.deleted(title),
    async perform() {
      await client.notes.remove(id).catch((error: unknown) => {
        // It was deleted elsewhere.
        if (!hasCode(error, "note_not_found")) throw error;
      });
      drafts.discard(id);
      queryClient.removeQueries({ queryKey: keys.note(id) });
      await queryClient.invalidateQueries({ queryKey: keys.notes });
      void queryClient.invalidateQueries({ queryKey: keys.usage });
    },
    restore: () => $pendingDeletions.set(new Set([...$pendingDeletions.get()].filter((hidden) => hidden !== id))),
  });
}
