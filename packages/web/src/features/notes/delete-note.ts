import { client, hasCode } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { offerUndo } from "../../service/undo.ts";
import { texts } from "../../texts/index.ts";
import { dropDraftOf } from "./drafts.ts";
import { setGoing } from "./going.ts";

/** Takes a note off every list at once, and deletes it with its files when that was not undone. */
export function deleteNote({ id, title }: { id: string; title: string }): void {
  setGoing(id, true);
  offerUndo({
    title: texts.notes.deleted(title),
    async perform() {
      await client.notes.remove(id).catch((error: unknown) => {
        // Someone was faster.
        if (!hasCode(error, "note_not_found")) throw error;
      });
      dropDraftOf(id);
      queryClient.removeQueries({ queryKey: keys.note(id) });
      await queryClient.invalidateQueries({ queryKey: keys.notes });
      void queryClient.invalidateQueries({ queryKey: keys.usage });
    },
    restore: () => setGoing(id, false),
  });
}
