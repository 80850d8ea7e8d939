import { Toast } from "@base-ui/react/toast";
import { atom } from "nanostores";
import { describeProblem } from "../texts/index.ts";

/** Passes the messages to the component `Toasts`. Other code uses `toasts`. */
export const toastManager = Toast.createToastManager();
/** Whether the page needs the code of the component `Toasts`. */
export const $needsToasts = atom(false);

/** The changes that wait for the code of the component `Toasts`. */
const waiting: (() => void)[] = [];
let isShown = false;
let count = 0;

/** Adds short messages from anywhere in the app, for example `toasts.add({ title })`. The component `Toasts` shows the messages. */
export const toasts: Pick<typeof toastManager, "add" | "close"> = {
  add(toast) {
    const id = toast.id ?? `toast-${++count}`;
    whenShown(() => toastManager.add({ ...toast, id }));
    return id;
  },
  close(id) {
    whenShown(() => toastManager.close(id));
  },
};

function whenShown(change: () => void): void {
  if (isShown) {
    change();
  } else {
    waiting.push(change);
    $needsToasts.set(true);
  }
}

/** Shows the messages that the app added before the code of the component `Toasts` had loaded. */
export function showWaitingToasts(): void {
  isShown = true;
  for (const change of waiting.splice(0)) change();
}

/** Forgets the waiting messages, because their code could not be loaded. The next message loads the code again. */
export function dropWaitingToasts(): void {
  waiting.length = 0;
  $needsToasts.set(false);
}

export function showProblem(error: unknown): void {
  toasts.add({ title: describeProblem(error), priority: "high" });
}
