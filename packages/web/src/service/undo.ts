import { texts } from "../texts/index.ts";
import { showProblem, toasts } from "./toasts.ts";

const UNDO_MS = 7_000;

/** The actions that can still be undone. */
const pending = new Set<() => Promise<void>>();

/** Performs all actions that still wait for a possible undo. Never rejects. */
export async function performAll(): Promise<void> {
  await Promise.all([...pending].map((perform) => perform()));
}
addEventListener("pagehide", () => void performAll());

type Undoable = {
  /** The message, for example "Note deleted". */
  title: string;
  /** Performs the action when the time to undo is over, or when the page is closed. */
  perform: () => Promise<unknown>;
  /** Shows the previous state again, after an undo and after `perform` failed. */
  restore: () => void;
};

/** Offers to undo an action for `UNDO_MS`, and then performs it. The caller shows the action as done before the call. */
export function offerUndo({ title, perform, restore }: Undoable): void {
  const commit = async () => {
    if (!pending.delete(commit)) return;
    clearTimeout(timer);
    toasts.close(id);
    try {
      await perform();
    } catch (error) {
      restore();
      showProblem(error);
    }
  };
  const timer = setTimeout(() => void commit(), UNDO_MS);
  pending.add(commit);
  const id = toasts.add({
    title,
    timeout: UNDO_MS,
    onClose: () => void commit(),
    actionProps: {
      children: texts.common.undo,
      onClick() {
        // The message stays on the screen for a moment after the action was performed.
        if (!pending.delete(commit)) return;
        clearTimeout(timer);
        toasts.close(id);
        restore();
      },
    },
  });
}
