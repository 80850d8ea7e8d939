import type { Attachment, AttachmentState } from "@valetkey/client";
import { atom } from "nanostores";
import { client, hasCode } from "../../service/client.ts";
import { deleteWithUndo } from "../../service/delete-with-undo.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { texts } from "../../texts/index.ts";

const $ids = atom<ReadonlySet<string>>(new Set());

/** The attachments that the page hides, because they are deleted or shown as an upload that is aborted. */
export const pendingDeletions = {
  $ids,
  add(attachmentId: string): void {
    $ids.set(new Set([...$ids.get(), attachmentId]));
  },
  delete(attachmentId: string): void {
    $ids.set(new Set([...$ids.get()].filter((id) => id !== attachmentId)));
  },
};

/** Hides an attachment, and moves it to the trash. A file that did not pass its checks is deleted for good. */
export function removeAttachment({ id, noteId, filename, state }: Attachment): Promise<void> {
  return deleteWithUndo({
    subject: { attachmentId: id },
    title: texts.attachments.removed(filename),
    canRestore: !UNFINISHED.includes(state),
    question: texts.attachments.removeQuestion(filename),
    hide: () => pendingDeletions.add(id),
    remove: () =>
      client.attachments.remove(id).catch((error: unknown) => {
        // Another person has already deleted the attachment.
        if (!hasCode(error, "attachment_not_found")) throw error;
      }),
    show: () => pendingDeletions.delete(id),
    async refresh() {
      await queryClient.invalidateQueries({ queryKey: keys.note(noteId) });
      for (const queryKey of [keys.usage, keys.activity, keys.trash]) void queryClient.invalidateQueries({ queryKey });
    },
  });
}

/** The states of files that the trash does not keep. */
const UNFINISHED: readonly AttachmentState[] = ["pending", "rejected", "aborted", "expired"];
