import { Toast } from "@base-ui/react/toast";
import { describeProblem } from "../texts/index.ts";

/** Adds short messages from anywhere in the app, for example `toasts.add({ title })`. The component `Toasts` shows the messages. */
export const toasts = Toast.createToastManager();

export function showProblem(error: unknown): void {
  toasts.add({ title: describeProblem(error), priority: "high" });
}
