import { texts } from "../texts/index.ts";
import { client } from "./client.ts";
import { forEach } from "./for-each.ts";
import { instanceQuery, queryClient } from "./queries.ts";
import { showProblem, toasts } from "./toasts.ts";

const UNDO_MS = 7_000;

type Subject = { noteId: string } | { attachmentId: string };

type Deletion = {
  /** The items that an undo restores. */
  subjects: readonly Subject[];
  /** The message, for example "Plan deleted". */
  title: string;
  /** Whether the trash keeps it, if this service has a trash. */
  canRestore: boolean;
  /** Asked before a deletion for good. */
  question: string;
  /** Shows the deletion before the service responds. */
  hide: () => void;
  remove: () => Promise<unknown>;
  /** Ends the effect of `hide`. Called after `refresh`, and if `remove` fails. */
  show: () => void;
  /** Loads again what the deletion or the undo has changed. */
  refresh: () => Promise<unknown>;
};

/** Deletes a note or files, and offers to restore them from the trash. */
export async function deleteWithUndo(deletion: Deletion): Promise<void> {
  const { title, hide, remove, show, refresh } = deletion;
  try {
    const canRestore = deletion.canRestore && (await hasTrash());
    // An unfinished or a rejected file has nothing to lose.
    if (deletion.canRestore && !canRestore && !confirm(deletion.question)) return;
    hide();
    await remove();
    await refresh();
    // The lists no longer have it. So nothing hides it when it is restored later.
    show();
    if (canRestore) offerUndo(deletion);
    else toasts.add({ title });
  } catch (error) {
    show();
    showProblem(error);
    // Some of several files may be deleted.
    await refresh();
  }
}

/** Whether a deletion leads to the trash. */
async function hasTrash(): Promise<boolean> {
  return (await queryClient.ensureQueryData(instanceQuery)).limits.trashDays > 0;
}

function offerUndo({ subjects, title, refresh }: Deletion): void {
  const undo = async () => {
    toasts.close(id);
    await forEach(subjects, (subject) => client.trash.restore(subject)).catch(showProblem);
    await refresh();
  };
  const id = toasts.add({
    title,
    timeout: UNDO_MS,
    actionProps: { children: texts.common.undo, onClick: () => void undo() },
  });
}
