import { texts } from "../texts/index.ts";
import { client } from "./client.ts";
import { instanceQuery, queryClient } from "./queries.ts";
import { showProblem, toasts } from "./toasts.ts";

const UNDO_MS = 7_000;

type Subject = { noteId: string } | { attachmentId: string };

type Deletion<Item> = {
  items: readonly Item[];
  /** Returns the item in the trash that an undo restores, or undefined if the deletion is permanent. */
  subjectOf: (item: Item) => Subject | undefined;
  /** Returns the message about deleted items, such as "Plan deleted". */
  title: (deleted: readonly Item[]) => string;
  question: string;
  /** Hides the items before the service responds. */
  hide: () => void;
  remove: (item: Item) => Promise<unknown>;
  /** Reverses `hide`. Runs after `refresh`, and after a failure of `remove`. */
  show: () => void;
  /** Loads all data that the deletion or the undo has changed. */
  refresh: () => Promise<unknown>;
};

/** Deletes notes or files, and offers to restore them from the trash. */
export async function deleteWithUndo<Item>(deletion: Deletion<Item>): Promise<void> {
  const { items, hide, remove, show, refresh } = deletion;
  const deleted: Item[] = [];
  let canRestore = items.some(deletion.subjectOf);
  try {
    // An unfinished or rejected file has no content to lose, so its deletion needs no confirmation.
    if (canRestore && !(await hasTrash())) {
      if (!confirm(deletion.question)) return;
      canRestore = false;
    }
    hide();
    await forEach(items, async (item) => {
      await remove(item);
      deleted.push(item);
    });
    await refresh();
    // The lists no longer contain the item, and the item must be visible after an undo.
    show();
  } catch (error) {
    show();
    showProblem(error);
    // Some deletions may have succeeded before one deletion failed.
    await refresh();
  }
  if (deleted.length === 0) return;
  const subjects = canRestore ? deleted.flatMap((item) => deletion.subjectOf(item) ?? []) : [];
  const title = deletion.title(deleted);
  if (subjects.length > 0) offerUndo({ subjects, title, refresh });
  else toasts.add({ title });
}

async function hasTrash(): Promise<boolean> {
  return (await queryClient.ensureQueryData(instanceQuery)).limits.trashDays > 0;
}

type Undo = { subjects: readonly Subject[]; title: string; refresh: () => Promise<unknown> };

function offerUndo({ subjects, title, refresh }: Undo): void {
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

/** The maximum number of tasks at the same time, because other requests need free connections. */
const AT_ONCE = 6;

/** Runs a task for each item, a few tasks at a time. If some tasks fail, runs all other tasks, and then rejects with the first error. */
export async function forEach<Item>(items: readonly Item[], task: (item: Item) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  const errors: unknown[] = [];
  const work = async () => {
    for (const item of waiting) await task(item).catch((error: unknown) => errors.push(error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (errors.length > 0) throw errors[0];
}
