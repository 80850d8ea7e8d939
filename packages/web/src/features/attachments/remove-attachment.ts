import type { Attachment } from "@valetkey/client";
import { client, hasCode } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { offerUndo } from "../../service/undo.ts";
import { texts } from "../../texts/index.ts";
import { hiddenAttachments } from "./hidden.ts";

/** Takes a file off the page, and off the note when nobody has undone it in time. */
export function removeAttachment({ id, noteId, filename }: Attachment): void {
  hiddenAttachments.add(id);
  offerUndo({
    title: texts.attachments.removed(filename),
    async perform() {
      await client.attachments.remove(id).catch((error: unknown) => {
        // Somebody else was quicker.
        if (!hasCode(error, "attachment_not_found")) throw error;
      });
      await queryClient.invalidateQueries({ queryKey: keys.note(noteId) });
      for (const queryKey of [keys.usage, keys.activity]) void queryClient.invalidateQueries({ queryKey });
    },
    restore: () => hiddenAttachments.remove(id),
  });
}
