import { Toast } from "@base-ui/react/toast";
import { describeProblem } from "../texts/index.ts";

/** Shows short messages from anywhere in the app: `toasts.add({ title })`. The component `Toasts` displays them. */
export const toasts = Toast.createToastManager();

export function showProblem(error: unknown): void {
  toasts.add({ title: describeProblem(error), priority: "high" });
}
