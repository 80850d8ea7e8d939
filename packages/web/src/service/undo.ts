import { describeProblem, texts } from "../texts/index.ts";
import { toasts } from "./toasts.ts";

/** How long something can be undone. Milliseconds. */
const UNDO_MS = 7_000;

/** What is going to happen unless someone thinks better of it. */
const waiting = new Set<() => Promise<void>>();

/** Does at once all that could still be undone. Never rejects. */
export async function performAll(): Promise<void> {
  await Promise.all([...waiting].map((perform) => perform()));
}
// A page that goes away no longer offers to undo.
addEventListener("pagehide", () => void performAll());

type Undoable = {
  /** What was done, as "Note deleted". */
  title: string;
  /** Does it for good, when the time to undo is over or the page goes away. */
  perform: () => Promise<unknown>;
  /** Puts everything back on the page: after an undo, and when `perform` has failed. */
  restore: () => void;
};

/** Shows something as done, offers to undo it for 7 seconds, and does it only then. Take it off the page before the call. */
export function offerUndo({ title, perform, restore }: Undoable): void {
  const commit = async () => {
    if (!waiting.delete(commit)) return;
    clearTimeout(timer);
    toasts.close(id);
    try {
      await perform();
    } catch (error) {
      restore();
      toasts.add({ title: describeProblem(error), priority: "high" });
    }
  };
  const timer = setTimeout(() => void commit(), UNDO_MS);
  waiting.add(commit);
  const id = toasts.add({
    title,
    timeout: UNDO_MS,
    onClose: () => void commit(),
    actionProps: {
      children: texts.common.undo,
      onClick() {
        // The message stays for a moment when it is too late.
        if (!waiting.delete(commit)) return;
        clearTimeout(timer);
        toasts.close(id);
        restore();
      },
    },
  });
}
