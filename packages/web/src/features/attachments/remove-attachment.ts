import type { Attachment } from "@valetkey/client";
import { atom } from "nanostores";
import { client, hasCode } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { offerUndo } from "../../service/undo.ts";
import { texts } from "../../texts/index.ts";

const $ids = atom<ReadonlySet<string>>(new Set());

/** Attachments that the page hides while their deletion can be undone, or while the service deletes them. */
export const pendingDeletions = {
  $ids,
  add(attachmentId: string): void {
    $ids.set(new Set([...$ids.get(), attachmentId]));
  },
  delete(attachmentId: string): void {
    $ids.set(new Set([...$ids.get()].filter((id) => id !== attachmentId)));
  },
};

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
