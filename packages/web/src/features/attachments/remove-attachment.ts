import type { Attachment, AttachmentState } from "@valetkey/client";
import { client, hasCode } from "../../service/client.ts";
import { deleteWithUndo } from "../../service/delete-with-undo.ts";
import { invalidate, keys } from "../../service/queries.ts";
import { texts } from "../../texts/index.ts";
import { pendingDeletions } from "./pending-deletions.ts";

const words = texts.attachments;

/** Hides attachments of one note, and moves the attachments to the trash. If a file failed its verification, the deletion is permanent. */
export async function removeAttachments(attachments: readonly Attachment[]): Promise<void> {
  const [first] = attachments;
  if (first === undefined) return;
  const ids = attachments.map(({ id }) => id);
  const nameOf = (some: readonly Attachment[]) =>
    some.length === 1 && some[0] !== undefined ? some[0].filename : words.count(some.length);
  await deleteWithUndo({
    items: attachments,
    subjectOf: ({ id, state }) => (UNFINISHED.includes(state) ? undefined : { attachmentId: id }),
    title: (deleted) => words.removed(nameOf(deleted)),
    question: words.removeQuestion(nameOf(attachments)),
    hide: () => pendingDeletions.add(...ids),
    remove,
    show: () => pendingDeletions.delete(...ids),
    async refresh() {
      await invalidate(keys.note(first.noteId));
      void invalidate(keys.usage, keys.activity, keys.trash);
    },
  });
}

async function remove({ id }: Attachment): Promise<void> {
  await client.attachments.remove(id).catch((error: unknown) => {
    // Another person has already deleted the attachment, so nothing remains to delete.
    if (!hasCode(error, "attachment_not_found")) throw error;
  });
}

/** The states of files that do not go to the trash. */
const UNFINISHED: readonly AttachmentState[] = ["pending", "rejected", "aborted", "expired"];
