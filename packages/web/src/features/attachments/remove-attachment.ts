import type { Attachment } from "@valetkey/client";
import { client, hasCode } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { offerUndo } from "../../service/undo.ts";
import { texts } from "../../texts/index.ts";
import { pendingDeletions } from "./pending-deletions.ts";

/** Hides an attachment, and deletes it unless the user undoes that in time. */
export function removeAttachment({ id, noteId, filename }: Attachment): void {
  pendingDeletions.add(id);
  offerUndo({
    title: texts.attachments.removed(filename),
    async perform() {
      await client.attachments.remove(id).catch((error: unknown) => {
        // Someone else has deleted it.
        if (!hasCode(error, "attachment_not_found")) throw error;
      });
      await queryClient.invalidateQueries({ queryKey: keys.note(noteId) });
      for (const queryKey of [keys.usage, keys.activity]) void queryClient.invalidateQueries({ queryKey });
    },
    restore: () => pendingDeletions.delete(id),
  });
}
